// Bundles the console into console/dist.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await mkdir(here('dist'), { recursive: true });
await build({
  entryPoints: { console: here('src/main.ts') },
  outdir: here('dist'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: 'linked',
  legalComments: 'none',
  tsconfig: here('tsconfig.json'),
  logLevel: 'warning',
});
for (const file of ['page.css', 'icon.svg']) await copyFile(here(file), here(`dist/${file}`));
