// The Flex plugin: one script without modules, which loads nothing later. The registration comes first, so that Flex hears
// of the plugin whatever becomes of the rest.
import './plugin/register.js';
import './main.js';
import './pages.js';
import './user.js';
