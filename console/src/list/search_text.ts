const TWO_ARE_ENOUGH = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2}$/u;
/** These are searched for as two letters each; capitals make `SS` of `ß`. */
const LIGATURES = /[ÆŒÞ]/g;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;
const MARKS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]\p{M}*)\p{M}/gu;

/**
 * How many letters a text lacks until the API searches for it (rule 6): three are needed, two if both are Han, kana or
 * Hangul. The API has the last word.
 */
export function missingLetters(text: string): number {
  const letters = text.normalize('NFKD').replace(UNSEEN, '').toUpperCase().replace(LIGATURES, 'AE');
  const folded = letters.replace(MARKS, '').normalize('NFC').trim();
  const count = [...folded].length;
  if (count === 0 || count >= 3 || TWO_ARE_ENOUGH.test(folded)) return 0;
  return TWO_ARE_ENOUGH.test(folded.repeat(2)) ? 1 : 3 - count;
}
