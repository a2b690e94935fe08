import { de } from './de.js';
import { type BaseText, en, type Text } from './en.js';
import type { PagesText } from './pages_en.js';
import type { UserText } from './user_en.js';

const LANGUAGES: Record<string, BaseText> = { de, en };

/** Adds what a part says, once it is loaded. */
export function addText(texts: Record<string, PagesText | UserText>): void {
  for (const [name, text] of Object.entries(texts)) {
    const { codes, ...sections } = { codes: {}, ...text };
    const language = LANGUAGES[name];
    if (!language) continue;
    Object.assign(language, sections);
    Object.assign(language.errors.codes, codes);
  }
}

/** The locale to speak: the one that is given, else the first of the browser's in a language that is here. */
export function localeOf(given: string | null): string {
  const wanted = given ? [given] : navigator.languages;
  return wanted.find((locale) => language(locale) in LANGUAGES) ?? 'en';
}

export function textFor(locale: string): Text {
  return (LANGUAGES[language(locale)] ?? en) as Text;
}

function language(locale: string): string {
  return locale.toLowerCase().split('-')[0] ?? '';
}
