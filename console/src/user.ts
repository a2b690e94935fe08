// *Edit user*, which is loaded when one opens it, and what it says.
import './main.js';
import { addText } from './text/index.js';
import { codes as deCodes, user as de } from './text/user_de.js';
import { codes as enCodes, user as en } from './text/user_en.js';
import './user/panel.js';

addText({ de: { codes: deCodes, user: de }, en: { codes: enCodes, user: en } });
