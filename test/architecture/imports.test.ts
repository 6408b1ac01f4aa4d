import { builtinModules } from 'node:module';
import { expect, it } from 'vitest';
import { declaredBy, packageNames, sourceOf, type SourceFile } from './source-files.ts';

const core = ['@redis-resilience/core', '@redis-resilience/core/http'];
const protocol = '@redis-resilience/core/protocol';

/** Imports point one way: what each package may import of the others. */
const ownImports: Readonly<Record<string, readonly string[]>> = {
  core: [],
  testing: [protocol],
  express: core,
  koa: core,
  nestjs: core,
  fallback: [...core, protocol],
  telemetry: core,
  doctor: [...core, protocol],
  cli: [...core, '@redis-resilience/doctor', '@redis-resilience/testing'],
};

it.each(packageNames)('%s imports of this project only what stands below it', (name) => {
  const allowed = ownImports[name] ?? [];
  const forbidden = importsIn(sourceOf(name)).filter(
    ({ from }) => from.startsWith('@redis-resilience/') && !allowed.includes(from),
  );
  expect(forbidden).toEqual([]);
});

it.each(packageNames)('%s imports of others only what its manifest declares', (name) => {
  const declared = declaredBy(name);
  const undeclared = importsIn(sourceOf(name)).filter(
    ({ from }) => !from.endsWith('.ts') && !isBuiltIn(from) && !declared.includes(packageOf(from)),
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

/** The rooms of core, from the lowest to the highest: each imports, by value, only what stands below it. */
const rooms = [
  'event-loop',
  'target',
  'replies',
  'catalogue',
  'circuit',
  'socket',
  'command',
  'handshake',
  'dialing',
  'stall',
  'sentinel',
  'connection',
  'verbs',
  'cluster',
  'resilience',
  'http',
];

it.each(rooms)("core's room %s imports nothing that stands above it", (room) => {
  const above = rooms.slice(rooms.indexOf(room) + 1);
  const upwards = importsIn(sourceOf('core', room)).filter(
    ({ from, typeOnly }) => !typeOnly && above.includes(from.split('/')[0] ?? ''),
  );
  expect(upwards).toEqual([]);
});

it("reads what lies inside ioredis in core's room of that name only", () => {
  const internals = /\b(commandQueue|offlineQueue|prevCondition|manuallyClosing|flushQueue)\b/;
  const sources = packageNames.flatMap((name) => sourceOf(name));
  const readers = sources.filter(({ text }) => internals.test(text) || text.includes("'ioredis/"));
  const outside = readers.filter(({ path }) => !path.startsWith('packages/core/src/ioredis/'));
  expect(outside.map(({ path }) => path)).toEqual([]);
});

function importsIn(files: readonly SourceFile[]): { file: string; from: string; typeOnly: boolean }[] {
  return files.flatMap(({ path, imports }) => imports.map((each) => ({ file: path, ...each })));
}

function isBuiltIn(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
