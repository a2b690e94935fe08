// Bundles the console into console/dist.
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Indentation means nothing in the templates of HTML and CSS either. */
const withoutIndentation = {
  name: 'without-indentation',
  setup({ onLoad }) {
    onLoad({ filter: /console\/src\/.*\.ts$/ }, async ({ path }) => {
      return { contents: (await readFile(path, 'utf8')).replace(/\n[ \t]+/g, '\n'), loader: 'ts' };
    });
  },
};

const options = {
  outdir: here('dist'),
  bundle: true,
  target: 'es2022',
  minify: true,
  sourcemap: 'linked',
  legalComments: 'none',
  tsconfig: here('tsconfig.json'),
  logLevel: 'warning',
  plugins: [withoutIndentation],
};

await mkdir(here('dist'), { recursive: true });
await build({
  ...options,
  entryPoints: { console: here('src/console.ts') },
  format: 'esm',
  splitting: true,
  chunkNames: 'part-[name]',
});
// Flex runs it as a classic script, or inline.
await build({ ...options, entryPoints: { plugin: here('src/plugin.ts') }, format: 'iife' });
for (const file of ['page.css', 'icon.svg']) await copyFile(here(file), here(`dist/${file}`));
