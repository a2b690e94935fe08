// When a text is long enough to be searched for: the page's hint and the API agree (rule 6).
import assert from 'node:assert/strict';
import test from 'node:test';
import { build } from 'esbuild';
import { API, OWNER, tokenOf } from './stack.mjs';

const TEXTS = [
  'a',
  'ab',
  'abc',
  'a b',
  'é',
  'éa',
  'e\u0301a',
  'éàü',
  'ß',
  'ßa',
  'æa',
  '山',
  '山田',
  'やま',
  'ヤマ',
  'ﾔﾏ',
  '김',
  '민수',
  '山a',
  'a\u200bb',
  'a\u200bbc',
  'Ёж',
  'ё',
  'ＡＢ',
  'ＡＢＣ',
  'مح',
  'مُح',
  'מש',
  'กม',
  '1',
  '12',
  '😀',
  '😀😀',
  '😀😀😀',
];

test('rule 6: the page searches for what the API accepts, and asks for more letters where it does not', async () => {
  const { outputFiles } = await build({
    entryPoints: ['console/src/list/search_text.ts'],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const { missingLetters } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  const headers = { authorization: `Bearer ${await tokenOf(OWNER)}` };
  const differs = [];
  for (const text of TEXTS) {
    const response = await fetch(`${API}/users?q=${encodeURIComponent(text)}`, { headers });
    const tooShort = response.status === 400 && (await response.json()).code === 'search-text-too-short';
    if (missingLetters(text) > 0 !== tooShort) differs.push(text);
  }
  assert.deepEqual(differs, []);
});
