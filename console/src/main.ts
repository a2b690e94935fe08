import { FlexRoster } from './element.js';
import { define } from './define.js';

define('flex-roster', FlexRoster);
