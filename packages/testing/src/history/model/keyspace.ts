import type { Reply } from '../reply.ts';
import { onList, popped } from './lists.ts';
import { ok, wrongType, type Value } from './value.ts';

/** The existing keys, and their values. */
export type Keyspace = ReadonlyMap<string, Value>;

/**
 * The reply to a command, and the keyspace after the command, which is the same object as before if nothing changed.
 */
export interface Effect {
  readonly reply: Reply;
  readonly keyspace: Keyspace;
}

/** A command on several keys. */
export interface KeyspaceCommand {
  readonly keysIn: (args: readonly string[]) => readonly string[];
  readonly run: (keyspace: Keyspace, args: readonly string[]) => Effect;
}

const allArguments = (args: readonly string[]): readonly string[] => args;
const everySecond = (args: readonly string[]): readonly string[] =>
  args.filter((_, index) => index % 2 === 0);
const allButLast = (args: readonly string[]): readonly string[] => args.slice(0, -1);
const firstTwo = (args: readonly string[]): readonly string[] => args.slice(0, 2);

export const keyspaceCommands: Readonly<Record<string, KeyspaceCommand>> = {
  del: { keysIn: allArguments, run: remove },
  unlink: { keysIn: allArguments, run: remove },
  exists: {
    keysIn: allArguments,
    run: (keyspace, keys) => ({ reply: String(keys.filter((key) => keyspace.has(key)).length), keyspace }),
  },
  mget: {
    keysIn: allArguments,
    run: (keyspace, keys) => ({ reply: keys.map((key) => textIn(keyspace, key)), keyspace }),
  },
  mset: {
    keysIn: everySecond,
    run(keyspace, args) {
      const next = new Map(keyspace);
      for (const [index, key] of everySecond(args).entries()) next.set(key, args[2 * index + 1] ?? '');
      return { reply: ok, keyspace: next };
    },
  },
  blpop: { keysIn: allButLast, run: (keyspace, args) => popFirst(keyspace, allButLast(args), 'left') },
  brpop: { keysIn: allButLast, run: (keyspace, args) => popFirst(keyspace, allButLast(args), 'right') },
  rpoplpush: {
    keysIn: firstTwo,
    run: (keyspace, [from = '', to = '']) => move(keyspace, from, to, 'right', 'left'),
  },
  lmove: { keysIn: firstTwo, run: moveAsTold },
  blmove: { keysIn: firstTwo, run: moveAsTold },
};

/** Returns the keyspace with one key set to another value. */
export function withValue(keyspace: Keyspace, key: string, value: Value | undefined): Keyspace {
  if (keyspace.get(key) === value) return keyspace;
  const next = new Map(keyspace);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

function remove(keyspace: Keyspace, keys: readonly string[]): Effect {
  const gone = new Set(keys.filter((key) => keyspace.has(key)));
  if (gone.size === 0) return { reply: '0', keyspace };
  return { reply: String(gone.size), keyspace: new Map([...keyspace].filter(([key]) => !gone.has(key))) };
}

function textIn(keyspace: Keyspace, key: string): Reply {
  const value = keyspace.get(key);
  return typeof value === 'string' ? value : null;
}

/**
 * Pops an item from the first list that has one. If all the lists are empty, the command blocks until its
 * timeout and pops nothing.
 */
function popFirst(keyspace: Keyspace, keys: readonly string[], end: 'left' | 'right'): Effect {
  for (const key of keys) {
    const value = keyspace.get(key);
    if (value === undefined) continue;
    const { reply, value: rest } = onList(value, (items) => popped(items, end));
    if (reply === wrongType) return { reply, keyspace };
    return { reply: [key, reply], keyspace: withValue(keyspace, key, rest) };
  }
  return { reply: null, keyspace };
}

function moveAsTold(keyspace: Keyspace, [from = '', to = '', ...ends]: readonly string[]): Effect {
  const [source, target] = ends.map((end) => (end.toLowerCase() === 'left' ? 'left' : 'right'));
  return move(keyspace, from, to, source ?? 'left', target ?? 'left');
}

type End = 'left' | 'right';

function move(keyspace: Keyspace, from: string, to: string, source: End, target: End): Effect {
  const { reply, value } = onList(keyspace.get(from), (items) => popped(items, source));
  if (typeof reply !== 'string') return { reply, keyspace };
  const without = withValue(keyspace, from, value);
  const added = onList(without.get(to), (items) => ({
    reply: ok,
    value: target === 'left' ? [reply, ...items] : [...items, reply],
  }));
  if (added.reply === wrongType) return { reply: wrongType, keyspace };
  return { reply, keyspace: withValue(without, to, added.value) };
}
