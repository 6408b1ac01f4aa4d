import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startRedis } from '@redis-resilience/testing';
import { textTable } from '../report/text-table.js';
import { importTime, memoryWithClient } from './measured-process.js';

// Measures what an application installs and loads in addition to plain ioredis. This script must run after a build in a
// clean tree, because files of an earlier build in `dist` would be counted.
const root = join(import.meta.dirname, '../../../..');
const rounds = 9;

const packages = [
  'core',
  'express',
  'koa',
  'nestjs',
  'fallback',
  'node-redis',
  'telemetry',
  'doctor',
  'cli',
  'testing',
];
const sizes = packages.map((name) => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--silent'], {
      cwd: join(root, 'packages', name),
    }).toString(),
  ) as [{ size: number; unpackedSize: number; entryCount: number }];
  return [name, kilobytes(packed.size), kilobytes(packed.unpackedSize), String(packed.entryCount)];
});
console.log('Tarballs:\n');
console.log(textTable(['package', 'tarball', 'installed', 'files'], sizes));
console.log(
  `\nioredis with its dependencies, installed: ${kilobytes(installedSize('ioredis', new Set()))}\n`,
);

const imports = [
  'ioredis',
  '@redis-resilience/core',
  '@redis-resilience/express',
  '@redis-resilience/nestjs',
];
const times = new Map(imports.map((name) => [name, [] as number[]]));
// Each round measures all packages in turn, so that a slow moment of the machine affects all of them.
for (let round = 0; round < rounds; round++) {
  for (const name of imports) times.get(name)?.push(importTime(root, name));
}
console.log(
  `Import, median of ${rounds} new processes (core includes ioredis, the adapters include core):\n`,
);
console.log(
  textTable(
    ['import', 'ms'],
    imports.map((name) => [name, String(median(times.get(name) ?? []))]),
  ),
);

const server = await startRedis();
const memory = { plain: [] as number[], ours: [] as number[] };
for (let round = 0; round < rounds; round++) {
  memory.plain.push(memoryWithClient(root, 'plain', server.url));
  memory.ours.push(memoryWithClient(root, 'protected', server.url));
}
await server.stop();
console.log(`\nMemory of a process with one connected client, median of ${rounds}:\n`);
console.log(
  textTable(
    ['client', 'resident'],
    [
      ['plain ioredis', `${median(memory.plain)} MB`],
      ['protected', `${median(memory.ours)} MB`],
    ],
  ),
);

/** Returns the size in bytes of an installed package with its dependencies. */
function installedSize(name: string, seen: Set<string>): number {
  const manifest = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
  if (seen.has(manifest)) return 0;
  seen.add(manifest);
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  const inner = Object.keys(dependencies).map((each) => installedSize(each, seen));
  return folderSize(dirname(manifest)) + inner.reduce((sum, size) => sum + size, 0);
}

function folderSize(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
