import { createRequire } from 'node:module';
import { startRedis, type RedisServer } from '@redis-resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traitsOf, traitsOfCall } from '../../../packages/core/src/catalogue/command-traits.ts';
import { knownCommands } from './known-commands.ts';

interface Declared {
  readonly name: string;
  readonly flags: ReadonlySet<string>;
  readonly container: boolean;
}

const known = new Set(knownCommands);

function traitsFor(name: string) {
  const [container = '', subcommand] = name.split('|');
  return traitsOfCall(container, subcommand === undefined ? [] : [subcommand]);
}

/** Returns the commands for which core's table contradicts the flags that Redis itself reports. */
function disagreements(commands: readonly Declared[]): string[] {
  return commands.flatMap(({ name, flags, container }) => {
    if (!known.has(name)) return [`${name} is missing`];
    const traits = traitsFor(name);
    const wrong: string[] = [];
    if (container !== traits.container) wrong.push(`${name} container ${traits.container}`);
    if (container) return wrong;
    if (flags.has('write') && traits.lane !== 'write') wrong.push(`${name} writes`);
    if (flags.has('readonly') && traits.lane !== 'read') wrong.push(`${name} reads`);
    if (flags.has('write') && traits.frees === flags.has('denyoom')) wrong.push(`${name} denyoom`);
    if (flags.has('write') && traits.effect === 'read') wrong.push(`${name} has an effect`);
    if (flags.has('readonly') && traits.effect !== 'read') wrong.push(`${name} has no effect`);
    if (flags.has('blocking') && traits.kind !== 'blocking') wrong.push(`${name} blocks`);
    if (flags.has('admin') && traits.ordinary && !['admin', 'read', 'by-arguments'].includes(traits.effect)) {
      wrong.push(`${name} is for admins, not ${traits.effect}`);
    }
    return wrong;
  });
}

describe('the command table and a real server', () => {
  let server: RedisServer;
  let commands: Declared[];

  beforeAll(async () => {
    server = await startRedis();
    type Row = [string, unknown, string[], unknown, unknown, unknown, string[], unknown, unknown, Row[]];
    const declared = (row: Row): Declared[] => [
      // Containers such as COMMAND are commands themselves, with their own flags.
      { name: row[0], flags: new Set([...row[2], ...row[6]]), container: row[9].length > 0 },
      ...row[9].flatMap(declared),
    ];
    commands = ((await server.command('COMMAND')) as Row[]).flatMap(declared);
  });
  afterAll(() => server?.stop());

  it('agree on every command and subcommand', () => {
    expect(commands.length).toBeGreaterThan(350);
    expect(disagreements(commands)).toEqual([]);
  });

  it('agree on what subscribes, and what waits', () => {
    const pushing = commands.filter(({ name, flags }) => flags.has('pubsub') && !name.includes('|'));
    for (const { name } of pushing) {
      const kind = name.endsWith('publish') ? 'ordinary' : name.includes('uns') ? 'unsubscribe' : 'subscribe';
      expect([name, traitsOf(name).kind]).toEqual([name, kind]);
    }
    const waiting = commands.filter(({ flags }) => flags.has('blocking') || flags.has('@blocking'));
    expect(waiting.length).toBeGreaterThan(8);
    for (const { name } of waiting) expect([name, traitsOf(name).kind]).toEqual([name, 'blocking']);
  });

  it('agree on what belongs to the connection, and to a transaction', () => {
    const harmless = new Set(['ping', 'echo', 'command', 'wait']);
    for (const { name, flags } of commands) {
      if (name.includes('|') || harmless.has(name)) continue;
      if (flags.has('@connection')) expect([name, traitsOf(name).kind]).toEqual([name, 'connection']);
      if (flags.has('@transaction')) expect([name, traitsOf(name).kind]).toEqual([name, 'transaction']);
    }
  });
});

describe('the command table and the commands of the newest Redis', () => {
  it('agree on every command and subcommand', () => {
    // Reads the file directly, because the API of an older ioredis knows fewer commands, and no subcommands.
    const list = createRequire(import.meta.url)('@ioredis/commands/built/commands.json') as Record<
      string,
      { flags: string[]; subcommands?: Record<string, { flags: string[] }> }
    >;
    const commands = Object.entries(list).flatMap(([name, { flags, subcommands = {} }]) => [
      { name, flags: new Set(flags), container: Object.keys(subcommands).length > 0 },
      ...Object.entries(subcommands).map(([subcommand, of]) => ({
        name: `${name}|${subcommand}`,
        flags: new Set(of.flags),
        container: false,
      })),
    ]);
    expect(commands.length).toBeGreaterThan(400);
    expect(disagreements(commands)).toEqual([]);
  });
});
