// The page of its own.
import { loadPartsBy, type Part } from './later.js';
import './main.js';

const PARTS: Record<Part, () => Promise<unknown>> = {
  pages: () => import('./pages.js'),
  user: () => import('./user.js'),
};

/** A script that could not be loaded is not asked for again by the same address. */
const again = (part: Part, attempt: number): string => new URL(`part-${part}.js?${attempt}`, import.meta.url).href;

loadPartsBy((part, attempt) => (attempt === 0 ? PARTS[part]() : import(again(part, attempt))));
