// The page as it is in production: what `make deploy-console` uploads, on another origin than the API, with the policy of
// the template. Only the bucket and CloudFront are not there: the browser is handed the files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { API, inBrowser, isAccessible, OWNER, rows, tokenOf } from './browser.mjs';

/** One of the origins that the local stack's API answers; nothing listens there. */
const ORIGIN = 'http://localhost:3000';

let folder;
let upload = [];

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'flex-roster-hosted-'));
  const aws = join(folder, 'aws');
  const outputs = { ConsoleBucket: 'bucket', ConsoleDistributionId: 'E1', ConsoleUrl: ORIGIN, ApiUrl: API };
  const answers = Object.entries({ ...outputs, AllowedOrigins: ORIGIN }).map(([name, it]) => `*${name}*) echo ${it};;`);
  const script = `#!/bin/sh\necho "$*" >>"${folder}/calls"\ncase "$*" in ${answers.join(' ')} esac\n`;
  writeFileSync(aws, script, { mode: 0o755 });
  execFileSync('infra/deploy-console.sh', { env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } });
  const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n');
  upload = calls.filter((call) => call.startsWith('s3 sync'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The type that a file is uploaded with. */
function contentType(file) {
  const call = upload.find((call) => call.includes(`--include *${extname(file)} `));
  return call.match(/--content-type (.*) --cache-control/)[1];
}

function policy() {
  const template = readFileSync('infra/template.yaml', 'utf8');
  const [, text] = template.match(/ContentSecurityPolicy: !Sub\n\s+- >-\n([^]*?)\n\s+- ApiOrigin/);
  const origins = { ApiOrigin: API, 'Exports.RegionalDomainName': 'bucket.s3.example' };
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\$\{([\w.]+)\}/g, (_, name) => origins[name]);
}

async function host(page) {
  await page.route(`${ORIGIN}/**`, (route) => {
    const path = new URL(route.request().url()).pathname.replace(/\/$/, '/index.html');
    const headers = { 'content-security-policy': policy(), 'content-type': contentType(path) };
    return route.fulfill({ headers, body: readFileSync(join('target/console', path)) });
  });
  await page.goto(`${ORIGIN}/`);
}

test(
  'the page on its own origin signs in with a token, sends requests to the API alone',
  inBrowser(async (page) => {
    const asked = new Set();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await host(page);
    await page.getByLabel('Flex token').fill(await tokenOf(OWNER));
    await page.getByRole('button', { name: 'Continue' }).click();
    await rows(page).first().waitFor();
    await isAccessible(page, 'the list on another origin');
    assert.deepEqual([...asked].sort(), [API, ORIGIN].sort());
  }),
);

test(
  'the page on its own origin may connect to the API, and to no other address of this machine',
  inBrowser(async (_, context) => {
    // A page whose errors are not those of the test: the refusal is one.
    const page = await context.newPage();
    await host(page);
    const connect = (url) =>
      page.evaluate(
        (it) =>
          fetch(it).then(
            () => 'answered',
            () => 'refused',
          ),
        url,
      );
    assert.equal(await connect(`${API}/openapi.yaml`), 'answered');
    const refusal = page.waitForEvent('console', (message) => message.text().includes('Content Security Policy'));
    assert.equal(await connect(`${API.replace('127.0.0.1', 'localhost')}/openapi.yaml`), 'refused');
    await refusal;
  }),
);
