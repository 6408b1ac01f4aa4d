import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { expect, it } from 'vitest';
import { importCircles } from './import-circles.ts';
import { declaredBy, packageNames, sourceOf, type SourceFile } from './source-files.ts';

const core = ['@redis-resilience/core', '@redis-resilience/core/http', '@redis-resilience/core/kit'];
const protocol = '@redis-resilience/core/protocol';

/** Imports have one direction: the packages from which each package may import. */
const ownImports: Readonly<Record<string, readonly string[]>> = {
  core: [],
  testing: [protocol],
  express: core,
  koa: core,
  nestjs: core,
  'node-redis': core,
  fallback: [...core, protocol],
  telemetry: core,
  doctor: [...core, protocol],
  cli: [...core, protocol, '@redis-resilience/doctor', '@redis-resilience/testing'],
};

it.each(packageNames)('%s imports only those packages of this project that stand below it', (name) => {
  const allowed = ownImports[name] ?? [];
  const forbidden = importsIn(sourceOf(name)).filter(
    ({ from }) => from.startsWith('@redis-resilience/') && !allowed.includes(from),
  );
  expect(forbidden).toEqual([]);
});

it.each(packageNames)('%s imports only those packages of others that its manifest declares', (name) => {
  const declared = declaredBy(name);
  const undeclared = importsIn(sourceOf(name)).filter(
    ({ from }) => !isOwnFile(from) && !isBuiltIn(from) && !declared.includes(packageOf(from)),
  );
  expect(undeclared).toEqual([]);
});

it.each([
  ['core', 'ioredis'],
  ['testing', protocol],
])('%s imports nothing beside Node and %s', (name, allowed) => {
  const external = importsIn(sourceOf(name)).filter(({ from }) => !from.endsWith('.ts') && !isBuiltIn(from));
  expect(external.filter(({ from }) => from !== allowed)).toEqual([]);
});

it('loads no driver, and names none of its types, through core/protocol', () => {
  const files = new Map(sourceOf('core').map((file) => [file.path.replace('packages/core/src/', ''), file]));
  const reached = new Set(['protocol.ts']);
  for (const path of reached) for (const { from } of files.get(path)?.imports ?? []) reached.add(from);
  expect(reached).toContain('replies/reply-reader.ts');
  expect([...reached].filter((from) => !from.endsWith('.ts') && !isBuiltIn(from))).toEqual([]);
});

it('no package has an import circle, by value or by type', () => {
  expect(packageNames.flatMap((name) => importCircles(graphOf(name)))).toEqual([]);
});

/** The folders of core's source, from the lowest layer to the highest: each imports only from layers below it. */
const rooms = [
  'event-loop',
  'catalogue',
  'options',
  'observability',
  'keys',
  'target',
  'replies',
  'circuit',
  'handshake',
  'dialing',
  'driver',
  'socket',
  'verbs',
  'command',
  'stall',
  'sentinel',
  'connection',
  'routes',
  'databases',
  'cluster',
  'lease',
  'resilience',
  'http',
];

it('every folder of core has its place among the rooms, or is ioredis', () => {
  const folders = sourceOf('core').map(({ path }) => roomOf(path));
  expect([...new Set(folders)].toSorted()).toEqual([...rooms, 'ioredis', '.'].toSorted());
});

it('CONTRIBUTING lists the rooms of core in this order, and ioredis last', () => {
  const text = readFileSync(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8');
  const listed = Array.from(text.matchAll(/^\| `([\w-]+)\/`/gm), ([, room]) => room);
  expect(listed).toEqual([...rooms, 'ioredis']);
});

it('no room of core imports from a room above it, by value or by type', () => {
  const upwards = rooms.flatMap((room) =>
    importsIn(sourceOf('core', room)).filter(
      ({ from }) => rooms.indexOf(from.split('/')[0] ?? '') > rooms.indexOf(room),
    ),
  );
  expect(upwards).toEqual([]);
});

it('core imports ioredis in its room of that name only, types included', () => {
  const importers = sourceOf('core').filter(({ imports }) =>
    imports.some(({ from }) => !from.endsWith('.ts') && packageOf(from) === 'ioredis'),
  );
  const folders = new Set(importers.map(({ path }) => roomOf(path)));
  expect([...folders]).toEqual(['ioredis']);
});

it("only core's room ioredis reads what lies inside the driver", () => {
  const internals = /\b(commandQueue|offlineQueue|prevCondition|manuallyClosing|flushQueue)\b/;
  const sources = packageNames.flatMap((name) => sourceOf(name));
  const readers = sources.filter(({ text }) => internals.test(text) || text.includes("'ioredis/"));
  const outside = readers.filter(({ path }) => !path.startsWith('packages/core/src/ioredis/'));
  expect(outside.map(({ path }) => path)).toEqual([]);
});

function importsIn(files: readonly SourceFile[]): { file: string; from: string; typeOnly: boolean }[] {
  return files.flatMap(({ path, imports }) => imports.map((each) => ({ file: path, ...each })));
}

/**
 * Returns, for each file of a package, the files of the same package that it imports; paths are relative to
 * the folder `src`.
 */
function graphOf(packageName: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    sourceOf(packageName).map(({ path, imports }) => [
      path.replace(/^packages\/([^/]+)\/src/, '$1'),
      imports.filter(({ from }) => from.endsWith('.ts')).map(({ from }) => `${packageName}/${from}`),
    ]),
  );
}

/** Returns the folder of core that contains a file; `.` for a file at the top level of `src`. */
function roomOf(path: string): string {
  const [folder = '', ...rest] = path.replace('packages/core/src/', '').split('/');
  return rest.length === 0 ? '.' : folder;
}

/** Whether a path is a source file of the package, or the one module that the build generates. */
function isOwnFile(from: string): boolean {
  return from.endsWith('.ts') || from === 'status-page/page/page-script.js';
}

function isBuiltIn(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
