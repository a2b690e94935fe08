import { de } from './de.js';
import { en, type Text } from './en.js';

const LANGUAGES: Record<string, Text> = { de, en };

/** The locale to speak: the one that is given, else the first of the browser's whose language is here. */
export function localeOf(given: string | null): string {
  const wanted = given ? [given] : navigator.languages;
  return wanted.find((locale) => language(locale) in LANGUAGES) ?? 'en';
}

export function textFor(locale: string): Text {
  return LANGUAGES[language(locale)] ?? en;
}

function language(locale: string): string {
  return locale.toLowerCase().split('-')[0] ?? '';
}
