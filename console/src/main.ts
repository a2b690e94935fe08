import { FlexRoster } from './element.js';
// Both the pages and *Edit user* plan; neither is loaded for the other.
import './bulk/planning.js';
import { define } from './define.js';

define('flex-roster', FlexRoster);
