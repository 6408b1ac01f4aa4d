import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const snippet = /^```(ts|js)\n([^]*?)^```$/gm;

const compilerOptions = {
  strict: true,
  module: 'nodenext',
  target: 'es2023',
  noEmit: true,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
};

// Not installed here: the first is any logger, the second brings the exporters of OpenTelemetry with it.
const absent = `declare module 'winston' {
  const winston: {
    createLogger(options: object): Pick<Console, 'info' | 'warn' | 'error'>;
    transports: { Console: new () => object };
  };
  export default winston;
}
declare module '@opentelemetry/sdk-node' {
  export class NodeSDK {
    constructor(options: { instrumentations: import('@opentelemetry/instrumentation').Instrumentation[] });
    start(): void;
  }
}`;

it.each([
  '.',
  'packages/core',
  'packages/express',
  'packages/koa',
  'packages/nestjs',
  'packages/node-redis',
  'packages/telemetry',
  'packages/testing',
])('every snippet in %s/README.md compiles in a strict application', (readmeFolder) => {
  const readme = readFileSync(join(root, readmeFolder, 'README.md'), 'utf8');
  const snippets = Array.from(readme.matchAll(snippet), ([, language = '', text = '']) => ({
    language,
    text,
  }));
  expect(snippets.length).toBeGreaterThan(0);
  // Below the root of the repository, where the packages are found.
  mkdirSync(join(root, 'test/.tsc'), { recursive: true });
  const folder = mkdtempSync(join(root, 'test/.tsc/snippets-'));
  try {
    for (const [index, { language, text }] of snippets.entries()) {
      writeFileSync(join(folder, `snippet-${index}.m${language}`), text);
    }
    writeFileSync(join(folder, 'absent.d.ts'), absent);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '--project', folder], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
