import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

test('no two elements have one name: the second would be left out without a word', async () => {
  const folder = new URL('../src/', import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
  const names = sources.flatMap((source) => [...source.matchAll(/^define\('([\w-]+)'/gm)].map(([, name]) => name));
  assert.ok(names.length > 10, `${names.length} elements`);
  assert.deepEqual([...new Set(names)].sort(), names.sort());
});
