// Starts the built stack with demo users and runs the browser tests against it, two files at a time.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Enough for more pages than are kept in the document. */
const PEOPLE = '260';

const data = mkdtempSync(join(tmpdir(), 'flex-roster-console-'));
const stack = spawn('target/debug/local', {
  env: { ...process.env, PORT: '0', SEED: PEOPLE, DATA: data },
  stdio: ['ignore', 'pipe', 'inherit'],
});

async function addresses() {
  let api;
  for await (const line of createInterface({ input: stack.stdout })) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'API') api = words.at(-1);
    if (words[0] === 'TaskRouter' && words[1] === 'simulator') return { API: api, SIMULATOR: words.at(-1) };
  }
  throw new Error('the stack did not start: run `make run` to see why');
}

function testFiles() {
  return readdirSync('console/test')
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join('console/test', name));
}

function ended(process) {
  return new Promise((resolve) => process.once('exit', (code) => resolve(code ?? 1)));
}

let code = 1;
try {
  const env = { ...process.env, ...(await addresses()) };
  const files = process.argv.length > 2 ? process.argv.slice(2) : testFiles();
  const tests = spawn(process.execPath, ['--test', '--test-concurrency=2', ...files], { env, stdio: 'inherit' });
  code = await ended(tests);
} catch (error) {
  console.error(`error: ${error.message}`);
} finally {
  stack.kill('SIGTERM');
  await ended(stack);
  rmSync(data, { recursive: true, force: true });
}
process.exitCode = code;
