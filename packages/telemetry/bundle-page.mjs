// Bundles the status page's browser code into one script, and writes it as a module that exports the script as a
// string: the page reads no file at run time, so it works in an application that is itself bundled.
//
//   node bundle-page.mjs [file]     writes dist/status-page/page/page-script.js unless told otherwise

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const source = join(import.meta.dirname, 'src/status-page/browser/main.ts');
const target = resolve(process.argv[2] ?? join(import.meta.dirname, 'dist/status-page/page/page-script.js'));

const { outputFiles } = await build({
  entryPoints: [source],
  bundle: true,
  write: false,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
});
await mkdir(dirname(target), { recursive: true });
await writeFile(target, `export const pageScript = ${JSON.stringify(outputFiles[0].text)};\n`);
