const TWO_ARE_ENOUGH = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2}$/u;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;
const MARKS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]\p{M}*)\p{M}/gu;

/**
 * How many letters a text lacks until the API searches for it (rule 6): three are needed, two if both are Han, kana or
 * Hangul. The API has the last word.
 */
export function missingLetters(text: string): number {
  const folded = text.normalize('NFKD').replace(UNSEEN, '').replace(MARKS, '').normalize('NFC').trim();
  const letters = [...folded].length;
  if (letters === 0 || letters >= 3 || TWO_ARE_ENOUGH.test(folded)) return 0;
  return TWO_ARE_ENOUGH.test(folded.repeat(2)) ? 1 : 3 - letters;
}
