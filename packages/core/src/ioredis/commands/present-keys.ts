/** The parts of an ioredis command that say which of its arguments are keys. */
export interface KeyedCommand {
  readonly name: string;
  args: unknown[];
  keys?: unknown[];
}

type Transform = (key: unknown) => unknown;
type IterateKeys<Keyed> = (this: Keyed, transform?: Transform) => unknown[];

/** The index of the argument in which each of these commands states its number of keys. */
const countAt = new Map<string, number>([
  ...['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'fcall', 'fcall_ro'].map((name) => [name, 1] as const),
  ...['blmpop', 'bzmpop', 'zunionstore', 'zinterstore', 'zdiffstore'].map((name) => [name, 1] as const),
  ...['lmpop', 'zmpop', 'sintercard', 'zintercard', 'sdiffcard', 'sunioncard'].map(
    (name) => [name, 0] as const,
  ),
  ...['zunion', 'zinter', 'zdiff', 'msetex'].map((name) => [name, 0] as const),
]);

/**
 * Like ioredis' `iterate`, but adds no keys that are missing from the arguments. If a command states more keys than it
 * has arguments, or states something that is not a number, ioredis adds undefined arguments. With undefined arguments,
 * the command would fail while it is written or, if the client has a key prefix, run with keys that no caller named. If
 * the command stated billions of keys, the undefined arguments would also fill the memory.
 */
export function presentKeys<Keyed extends KeyedCommand>(
  command: Keyed,
  iterate: IterateKeys<Keyed>,
  transform?: Transform,
): unknown[] {
  const { args } = command;
  const { length } = args;
  const place = countAt.get(command.name.toLowerCase());
  const stated = place === undefined ? undefined : args[place];
  const isTooMany = place !== undefined && Number(stated) > length;
  if (isTooMany) args[place] = String(length);
  const ofPresent = transform && ((key: unknown) => (key === undefined ? undefined : transform(key)));
  try {
    iterate.call(command, ofPresent);
  } finally {
    if (isTooMany) args[place] = stated;
    if (args.length > length) {
      args.length = length;
      command.keys = (command.keys ?? []).filter((key) => key !== undefined);
    }
  }
  return (command.keys ??= []);
}
