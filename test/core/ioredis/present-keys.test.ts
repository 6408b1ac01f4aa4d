import { createRequire } from 'node:module';
import { Command } from 'ioredis';
import { expect, it } from 'vitest';
import { mendCommands } from '../../../packages/core/src/ioredis/commands/mend-commands.ts';

const ofDriver = createRequire(createRequire(import.meta.url).resolve('ioredis'));
const { list } = ofDriver('@ioredis/commands') as { readonly list: readonly string[] };

mendCommands();

/** Returns the keys that core finds in a command, and the arguments that the command has after the search. */
function keysOf(args: readonly string[], keyPrefix?: string): { keys: unknown[]; args: unknown[] } {
  const [name = '', ...rest] = args;
  const command = new Command(name, rest, keyPrefix === undefined ? {} : { keyPrefix });
  const keys = command.getKeys();
  return { keys, args: command.args };
}

/** Before version 5.11, ioredis finds no key of a command whose name is written in capitals. */
const knowsCapitals = keysOf(['GET', 'a']).keys.length === 1;

it.each(list)('%s keeps its arguments, however many keys it states', (name) => {
  for (const args of [[], ['a'], ['40', 'a'], ['a', '40', 'b'], ['a', 'b', '40', 'c']]) {
    expect(keysOf([name, ...args]).args).toEqual(args);
    const { args: prefixed, keys } = keysOf([name, ...args], 'shop:');
    expect(prefixed.map((arg) => String(arg).replace(/^shop:/, ''))).toEqual(args);
    for (const key of keys) expect(prefixed).toContain(key);
  }
});

it.each([
  [
    ['eval', 'script', '2', 'a', 'b', 'c'],
    ['a', 'b'],
  ],
  [['EVAL', 'script', '9', 'a', 'b'], knowsCapitals ? ['a', 'b'] : []],
  [['eval', 'script', '1e12', 'a'], ['a']],
  [['fcall', 'name', 'Infinity', 'a'], ['a']],
  [
    ['zunionstore', 'to', '7', 'a'],
    ['to', 'a'],
  ],
  [
    ['lmpop', '1e12', 'a', 'left'],
    ['a', 'left'],
  ],
  [
    ['msetex', '1e12', 'a', '1', 'b', '2'],
    ['a', 'b'],
  ],
  [['get'], []],
  [['get', '99'], ['99']],
] as const)('the keys of %j are %j', (args, keys) => {
  expect(keysOf(args).keys).toEqual(keys);
  expect(keysOf(args, 'shop:').keys).toEqual(keys.map((key) => `shop:${key}`));
});

it('a command with more keys than can be found rejects if they need a prefix, and otherwise is sent', async () => {
  const keys = Array.from({ length: 400_000 }, (_, index) => String(index));
  const bare = new Command('eval', ['script', String(keys.length), ...keys]);
  expect(bare.getKeys()).toEqual([]);
  expect(bare.args).toHaveLength(keys.length + 2);
  const prefixed = new Command('eval', ['script', String(keys.length), ...keys], { keyPrefix: 'shop:' });
  await expect(prefixed.promise).rejects.toThrow(RangeError);
});
