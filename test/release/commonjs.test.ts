import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { sourceOf } from '../architecture/source-files.ts';

const root = join(import.meta.dirname, '../..');
/** The packages that applications load; `cli` is a program, and `testing` is for tests only. */
const applicationPackages = [
  'core',
  'express',
  'koa',
  'nestjs',
  'fallback',
  'node-redis',
  'telemetry',
  'doctor',
];

// The journal uses a native module that is found by its own path, so it cannot be bundled; the compatibility
// page says so.
const durableJournal = 'outbox/kept/level-journal.ts';

it.each(applicationPackages)('every entry of %s can be required from CommonJS', (name) => {
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const entries = Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => `@redis-resilience/${name}${entry.slice(1)}`);
  const script = `for (const entry of ${JSON.stringify(entries)}) console.log(Object.keys(require(entry)).length > 0);`;
  const args = ['--input-type=commonjs', '--eval', script];
  const printed = execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  expect(printed.toString().trim().split('\n')).toEqual(entries.map(() => 'true'));
});

it.each([...applicationPackages, 'testing'])(
  'TypeScript with module commonjs, which does not read exports, finds the types of every entry of %s',
  (name) => {
    const manifest = JSON.parse(
      readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
    ) as Manifest;
    const { main, types, typesVersions = { '*': {} } } = manifest;
    const withTypes = Object.entries(manifest.exports).filter(([entry]) => entry !== './package.json');
    const found = withTypes.map(([entry]) =>
      entry === '.' ? { types, default: main } : { types: typesVersions['*'][entry.slice(2)]?.[0] },
    );
    expect(found).toMatchObject(
      withTypes.map(([entry, target]) => (entry === '.' ? target : { types: target.types })),
    );
  },
);

it.each(applicationPackages)('%s can be compiled to CommonJS by Jest: it reads no import.meta', (name) => {
  const readers = sourceOf(name).filter(({ text }) => text.includes('import.meta'));
  expect(readers.map(({ path }) => path).filter((path) => !path.endsWith(durableJournal))).toEqual([]);
});

it.each(['cjs', 'esm'] as const)('an application bundled as %s serves the status page', async (format) => {
  const folder = mkdtempSync(join(root, 'node_modules/.bundled-'));
  try {
    const [entry, outfile] = [
      join(folder, 'app.mjs'),
      join(folder, format === 'cjs' ? 'out.cjs' : 'out.mjs'),
    ];
    writeFileSync(entry, application);
    const require = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
    const banner = format === 'esm' ? { js: require } : {};
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format,
      banner,
    });
    const printed = execFileSync(process.execPath, [outfile], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
    expect(printed.trim()).toBe('200 true');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

interface Manifest {
  readonly main?: string;
  readonly types?: string;
  readonly typesVersions?: Readonly<Record<'*', Readonly<Record<string, readonly string[]>>>>;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
}

const application = `
import { createServer } from 'node:http';
import { createRedisResilience } from '@redis-resilience/core';
import { createStatusPage } from '@redis-resilience/telemetry/status-page';

const resilience = createRedisResilience({ lazyConnect: true });
const page = createStatusPage({ resilience, enabled: true });
const server = createServer((req, res) => page.handle(req, res)).listen(0, '127.0.0.1', async () => {
  const answer = await fetch('http://127.0.0.1:' + server.address().port + '/redis-status');
  console.log(answer.status, (await answer.text()).includes('EventSource'));
  process.exit(0);
});
`;
