import type { Command, Operation } from '../operation.ts';
import { isSameReply, type Reply } from '../reply.ts';
import { hashCommands } from './hashes.ts';
import { keyspaceCommands, withValue, type Effect, type Keyspace } from './keyspace.ts';
import { listCommands } from './lists.ts';
import { setCommands } from './sets.ts';
import { stringCommands } from './strings.ts';
import { UnmodelledCommandError } from './unmodelled-command-error.ts';
import type { KeyCommand, Value } from './value.ts';

const keyCommands: ReadonlyMap<string, KeyCommand> = new Map(
  Object.entries({ ...stringCommands, ...listCommands, ...setCommands, ...hashCommands }),
);
const severalKeys = new Map(Object.entries(keyspaceCommands));

/** Names of the commands that can be checked, in lower case. */
export const modelledCommands: ReadonlySet<string> = new Set([...keyCommands.keys(), ...severalKeys.keys()]);

/** The keyspace before the first operation. */
export const nothingStored: Keyspace = new Map();

/** @throws UnmodelledCommandError for a command that cannot be checked */
export function keysOf({ commands }: Operation): readonly string[] {
  return commands.flatMap(({ name, args }) => {
    if (keyCommands.has(name)) return args.slice(0, 1);
    const several = severalKeys.get(name);
    if (several === undefined) throw new UnmodelledCommandError(name);
    return several.keysIn(args);
  });
}

/** Returns the reply to an operation that runs now, and the keyspace afterwards. */
export function run(keyspace: Keyspace, { commands, isTransaction }: Operation): Effect {
  if (!isTransaction && commands.length === 1) return runOne(keyspace, commands[0] as Command);
  const replies: Reply[] = [];
  let next = keyspace;
  for (const command of commands) {
    const effect = runOne(next, command);
    replies.push(effect.reply);
    next = effect.keyspace;
  }
  return { reply: replies, keyspace: next };
}

/** Whether Redis may have replied `given` to an operation for which the model computes `expected`. */
export function isAllowed({ commands, isTransaction }: Operation, expected: Reply, given: Reply): boolean {
  if (!isTransaction) return isSameReply(expected, given, isUnordered(commands[0]));
  if (!Array.isArray(given) || given.length !== commands.length) return false;
  const replies = expected as readonly Reply[];
  return commands.every((command, index) =>
    isSameReply(replies[index] ?? null, (given as readonly Reply[])[index] ?? null, isUnordered(command)),
  );
}

/** Returns a text that is equal for equal keyspaces. */
export function keyspaceText(keyspace: Keyspace): string {
  const entries = [...keyspace].map(([key, value]) => `${JSON.stringify(key)}:${valueText(value)}`);
  return entries.length > 1 ? entries.toSorted().join() : (entries[0] ?? '');
}

function runOne(keyspace: Keyspace, { name, args }: Command): Effect {
  const several = severalKeys.get(name);
  if (several !== undefined) return several.run(keyspace, args);
  const [key = '', ...rest] = args;
  const { reply, value } = (keyCommands.get(name) as KeyCommand)(keyspace.get(key), rest);
  return { reply, keyspace: withValue(keyspace, key, value) };
}

function valueText(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Set) return `set${JSON.stringify(inOrder([...value]))}`;
  if (value instanceof Map) return `hash${JSON.stringify(inOrder([...value]))}`;
  return JSON.stringify(value);
}

function inOrder(items: readonly (string | readonly string[])[]): readonly unknown[] {
  return items.toSorted((left, right) => (String(left) < String(right) ? -1 : 1));
}

function isUnordered(command: Command | undefined): boolean {
  return command?.name === 'smembers';
}
