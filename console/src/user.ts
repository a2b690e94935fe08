// *Edit user*, which is loaded when one opens it, and what it says.
import './main.js';
import { addText } from './text/index.js';
import { user as de } from './text/user_de.js';
import { user as en } from './text/user_en.js';
import './user/panel.js';

addText({ de: { user: de }, en: { user: en } });
