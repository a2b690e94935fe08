// The pages that are loaded when one opens them, and what they say.
import './main.js';
import './bulk/view.js';
import './import/form.js';
import './people/view.js';
import './reconciliation/view.js';
import './skills/save_preset.js';
import './skills/view.js';
import './teams/view.js';
import { addText } from './text/index.js';
import { pages as de } from './text/pages_de.js';
import { pages as en } from './text/pages_en.js';

addText({ de, en });
