import { ConfigurationError } from '@redis-resilience/core';
import { invalidationCommand } from '../../invalidation-script.ts';
import type { WriteArgument } from './entry.ts';
import { withAbsoluteExpiry, type Write } from './absolute-expiry.ts';

/** A write, and how the outbox may order and merge it. */
export interface WritePlan extends Write {
  /**
   * The key that the write changes. Writes to the same key are applied in order. `key` is undefined if the write may be
   * applied in any order.
   */
  readonly key: string | undefined;
  /** Whether the write overwrites the whole key, so that earlier pending writes to the key need not be applied. */
  readonly supersedes: boolean;
  /**
   * Names what the write changes within its key, for example `counter` for INCR and DECR. Two writes to the same key
   * may be merged into one if their `slot` is the same. `slot` is undefined if the write must not be merged.
   */
  readonly slot: string | undefined;
}

// Commands that write to one key and may be sent twice, because a second run changes nothing.
const repeatable = words('set setex psetex del unlink hset hmset expire pexpire expireat pexpireat persist');
// Commands that write to one key and must run only once: a second run may change something, or undo another process's
// write.
const once =
  words(`append bitfield decr decrby getset hdel hincrby hincrbyfloat hsetnx incr incrby incrbyfloat
  linsert lpush lpushx lrem lset ltrim pfadd rpush rpushx sadd setbit setrange srem xadd xdel xtrim zadd zincrby zrem
  zremrangebylex zremrangebyrank zremrangebyscore geoadd json.set json.del json.numincrby ts.add bf.add hexpire
  hpexpire hpersist`);

/**
 * Checks a write before it is sent or stored, and returns how the outbox handles it.
 *
 * @throws {@link ConfigurationError} when the outbox cannot store the command, because it is a read, a write to several
 * keys, a conditional SET, a script, or a blocking or unknown command
 */
export function planWrite(command: string, args: readonly unknown[], wallNow: number): WritePlan {
  // Callers in JavaScript may pass values of any type.
  if (typeof command !== 'string' || !Array.isArray(args)) {
    throw new ConfigurationError(
      "The outbox takes a command and the list of its arguments: outbox.add('set', ['key', 'value']).",
    );
  }
  const name = command.toLowerCase();
  const given = args.flat(Infinity).map((arg) => toArgument(name, arg));
  if (name === invalidationCommand) {
    return { command: name, args: given, key: byteText(given[0] ?? ''), supersedes: true, slot: undefined };
  }
  if (!repeatable.has(name) && !once.has(name)) {
    throw new ConfigurationError(
      `The outbox does not keep ${name}: it takes writes of one key, like SET, DEL, HSET, INCRBY, HINCRBY or RPUSH.`,
    );
  }
  if (given.length === 0 || String(given[0]).length === 0) {
    throw new ConfigurationError(`The outbox needs the key of ${name}, its first argument.`);
  }
  if ((name === 'del' || name === 'unlink') && given.length > 1) {
    throw new ConfigurationError(`The outbox keeps ${name} of one key; add one for each.`);
  }
  if (name === 'set') refuseConditions(given);
  const write = withAbsoluteExpiry({ command: name, args: given }, wallNow);
  const isPlainSet = write.command === 'set' && !hasWord(write.args, 'KEEPTTL');
  return {
    ...write,
    key: byteText(given[0] as WriteArgument),
    supersedes: isPlainSet || name === 'del' || name === 'unlink',
    slot: slotOf(write),
  };
}

/** Whether running a command a second time changes nothing. */
export function isRepeatable(command: string): boolean {
  return repeatable.has(command) || command === invalidationCommand;
}

/**
 * Returns the bytes of an argument as a string with one character for each byte, so that a string and a buffer with the
 * same bytes give equal results.
 */
export function byteText(arg: WriteArgument): string {
  return (typeof arg === 'string' ? Buffer.from(arg, 'utf8') : arg).toString('latin1');
}

function slotOf({ command, args }: Write): string | undefined {
  switch (command) {
    case 'incr':
    case 'decr':
    case 'incrby':
    case 'decrby':
      return 'counter';
    case 'hincrby':
      return `field:${byteText(args[1] ?? '')}`;
    case 'hset':
    case 'hmset':
      return 'fields';
    case 'pexpireat':
      return args.length === 2 ? 'expiry' : undefined;
    default:
      return undefined;
  }
}

// Refuses a conditional SET, because its caller needs to know at once whether the condition held, and a stored SET
// reaches Redis only later.
function refuseConditions(args: readonly WriteArgument[]): void {
  for (const word of ['NX', 'XX', 'GET', 'IFEQ', 'IFNE', 'IFDEQ', 'IFDNE']) {
    if (hasWord(args, word)) {
      throw new ConfigurationError(
        `The outbox does not keep SET with ${word}: its answer is needed now, and only Redis can give it.`,
      );
    }
  }
}

function hasWord(args: readonly WriteArgument[], word: string): boolean {
  return args.slice(2).some((arg) => String(arg).toUpperCase() === word);
}

function toArgument(command: string, arg: unknown): WriteArgument {
  if (typeof arg === 'string' || Buffer.isBuffer(arg)) return arg;
  if (typeof arg === 'number' || typeof arg === 'bigint') return String(arg);
  throw new ConfigurationError(`The outbox takes strings, numbers and buffers as arguments of ${command}.`);
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
