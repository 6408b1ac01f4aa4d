import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const packed = ['core', 'fallback'] as const;
const entries = ['cache', 'outbox', 'sessions', 'queues', 'limits', 'locks', 'keyv'];

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Packed {
  readonly name: string;
  readonly filename: string;
}

/**
 * The folder of an application outside the repository, with the packed packages installed, and their
 * dependencies as the manifests require.
 */
let app: string;

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'packed-'));
  install(packed);
  for (const name of new Set(packed.flatMap((each) => demandedBy(manifestOf(each))))) link(name);
}, 60_000);
afterAll(() => rmSync(app, { recursive: true, force: true }));

describe('an application with core, ioredis and fallback', () => {
  it('finds these entries', () => {
    const names = Object.keys(manifestOf('fallback').exports).map((path) => path.replace('./', ''));
    expect(names.toSorted()).toEqual([...entries, 'nestjs', 'package.json'].toSorted());
  });

  it('loads each entry without any optional package', () => {
    const script = `
      for (const entry of ${JSON.stringify(entries)}) {
        console.log(Object.keys(await import('@redis-resilience/fallback/' + entry)).length);
      }`;
    const counts = run(script).split('\n').map(Number);
    expect(counts.filter((count) => count > 0).length).toBe(entries.length);
  });

  it('has none of the optional packages', () => {
    const optional = Object.keys(manifestOf('fallback').peerDependenciesMeta ?? {});
    expect(optional).toContain('classic-level');
    const script = `
      for (const name of ${JSON.stringify(optional)}) {
        await import(name).then(() => console.log(name), () => undefined);
      }`;
    expect(run(script)).toBe('');
  });

  it('cannot import the package without the name of a product', () => {
    const script = `await import('@redis-resilience/fallback').catch(({ code }) => console.log(code))`;
    expect(run(script)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it.each([
    ['an outbox', 'outbox', `createOutbox(resilience, { path: './kept' })`],
    ['sessions', 'sessions', `koaSessionStore(resilience, { path: './kept', listen: false })`],
    ['jobs', 'queues', `createJobAdder({ add() {} }, resilience, { path: './kept', whenAway: 'keep' })`],
  ])('is told what to install for %s with a path', (_what, entry, call) => {
    const script = `
      import { createRedisResilience } from '@redis-resilience/core';
      import * as fallback from '@redis-resilience/fallback/${entry}';
      const resilience = createRedisResilience({ lazyConnect: true });
      try {
        fallback.${call};
      } catch ({ code, message }) {
        console.log(code + ': ' + message);
      }
      await resilience.close();`;
    expect(run(script)).toBe(
      'CONFIGURATION: A durable outbox (option path) needs the package classic-level, which is not installed. ' +
        'Run: npm install classic-level',
    );
  });
});

it('loads ./nestjs with Nest alone beside core and ioredis', () => {
  for (const name of ['@nestjs/common', '@nestjs/core', 'rxjs']) link(name);
  const script = `console.log(Object.keys(await import('@redis-resilience/fallback/nestjs')))`;
  expect(run(script)).toContain('RedisCacheInterceptor');
});

/** Packs the packages with one call of npm, which takes longer to start than to pack. */
function install(names: readonly string[]): void {
  const workspaces = names.map((name) => `--workspace=packages/${name}`);
  const told = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', app, ...workspaces],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const { name, filename } of JSON.parse(told) as readonly Packed[]) {
    const folder = join(app, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', join(app, filename), '-C', folder, '--strip-components', '1']);
  }
}

function demandedBy({ dependencies, peerDependencies, peerDependenciesMeta }: Manifest): readonly string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(dependencies ?? {}), ...peers].filter(
    (name) => !name.startsWith('@redis-resilience/'),
  );
}

function link(name: string): void {
  const target = join(app, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), target);
}

function manifestOf(name: (typeof packed)[number]): Manifest {
  const path = join(app, 'node_modules/@redis-resilience', name, 'package.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

/** Runs a module of the application, and returns what it prints. */
function run(script: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: app,
    encoding: 'utf8',
  }).trim();
}
