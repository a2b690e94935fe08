// The page of its own.
import { loadPagesBy } from './later.js';
import './main.js';

/** A script that could not be loaded is not asked for again by the same address. */
const again = (attempt: number): string => new URL(`part-pages.js?${attempt}`, import.meta.url).href;

loadPagesBy((attempt) => (attempt === 0 ? import('./pages.js') : import(again(attempt))));
