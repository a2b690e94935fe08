// The page of its own.
import { loadPagesBy } from './later.js';
import './main.js';

loadPagesBy(() => import('./pages.js'));
