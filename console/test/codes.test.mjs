// Every refusal that the contract knows and the page can meet has words of its own, in each language.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** What the page cannot meet, by reason. */
const CANNOT_MEET = {
  'of callbacks': ['foreign-callback', 'invalid-callback', 'wrong-signature'],
  'of the viewer at /docs': ['unknown-file'],
  'of requests against the contract, which the page is typed by': [
    'invalid-archived',
    'invalid-for-import',
    'invalid-idempotency-key',
    'invalid-if-match',
    'invalid-if-none-match',
    'invalid-json',
    'invalid-limit',
    'invalid-time',
    'repeated-parameter',
    'unknown-choice',
    'unknown-decision',
    'unknown-drift-field',
    'unknown-outcome',
    'unknown-parameter',
  ],
  'of fields that the page does not send': [
    'copy-and-more',
    'deleted-in-bulk',
    'empty-bulk-edit',
    'invalid-copy-from',
    'level-missing',
    'repeated-skill',
    'repeated-team',
    'replace-and-more',
    'wrong-skill-set',
  ],
  'what the kind of the error says already': ['already-exists', 'internal', 'stale', 'unavailable'],
  'read as a list without entries': ['no-reconciliation'],
};

/** Each `code: { enum: [...] }` of the contract, on one line or several. */
function codesOfContract() {
  const contract = readFileSync('infra/openapi.yaml', 'utf8');
  const lists = [...contract.matchAll(/\bcode:\s*(?:\{ enum: |enum:\s*)\[([^\]]+)\]/g)];
  return new Set(lists.flatMap(([, list]) => list.match(/[a-z][a-z0-9-]*/g)));
}

async function textsOf(name) {
  const outfile = join(mkdtempSync(join(tmpdir(), 'flex-roster-text-')), `${name}.mjs`);
  await build({
    entryPoints: [`console/src/text/${name}.ts`],
    bundle: true,
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile));
}

test('each fault of a row of an import has a text in each language', async () => {
  const faults = readFileSync('crates/domain/src/import/fault.rs', 'utf8');
  const codes = new Set([...faults.matchAll(/"(row-[a-z-]+)"/g)].map(([, code]) => code));
  assert.ok(codes.size > 10, `there are faults of rows: ${codes.size}`);
  for (const language of ['en', 'de']) {
    const { imports } = await textsOf(`import_${language}`);
    assert.deepEqual(Object.keys(imports.faults).sort(), [...codes].sort(), language);
  }
});

test('each code of the contract that the page can meet has a text in each language', async () => {
  const codes = codesOfContract();
  assert.ok(codes.size > 60, `the contract has codes: ${codes.size}`);
  const without = Object.values(CANNOT_MEET).flat();
  assert.deepEqual(
    without.filter((code) => !codes.has(code)),
    [],
    'what is excepted exists',
  );
  for (const language of ['en', 'de']) {
    const base = (await textsOf(language))[language].errors.codes;
    const pages = (await textsOf(`pages_${language}`)).pages.codes;
    const texts = { ...base, ...pages };
    const missing = [...codes].filter((code) => !texts[code] && !without.includes(code));
    assert.deepEqual(missing, [], `${language} lacks texts`);
    assert.deepEqual(
      Object.keys(texts).filter((code) => !codes.has(code)),
      [],
      `${language} has texts for codes that the contract does not know`,
    );
  }
});
