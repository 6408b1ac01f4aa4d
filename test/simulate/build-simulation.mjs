import { join } from 'node:path';
import { build } from 'esbuild';

const folder = import.meta.dirname;

/** Builds the simulation, whose source is TypeScript, into the folder `dist`. */
export async function buildSimulation() {
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
}
