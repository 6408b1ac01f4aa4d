// Builds the simulation, whose source is TypeScript, and starts it.
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = import.meta.dirname;
await build({
  entryPoints: [join(folder, 'main.ts'), join(folder, 'worker.ts')],
  outdir: join(folder, 'dist'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
});
await import('./dist/main.js');
