import type { Write } from './absolute-expiry.ts';
import type { WriteArgument } from './entry.ts';
import { byteText } from './write-plan.ts';

const maxInteger = 2n ** 63n - 1n;

/**
 * Merges two writes that change the same part of the same key (`slot` of `WritePlan`) into one write that has the
 * effect of `earlier` followed by `later`. Returns undefined if no single write has that effect.
 *
 * @example
 * merge({ command: 'incr', args: ['n'] }, { command: 'decrby', args: ['n', '3'] }); // incrby n -2
 */
export function merge(earlier: Write, later: Write): Write | undefined {
  switch (later.command) {
    case 'incr':
    case 'decr':
    case 'incrby':
    case 'decrby':
      return sum('incrby', earlier.args.slice(0, 1), deltaOf(earlier), deltaOf(later));
    case 'hincrby':
      return sum('hincrby', earlier.args.slice(0, 2), deltaOf(earlier), deltaOf(later));
    case 'hset':
    case 'hmset':
      return mergeFields(earlier.args, later.args);
    default:
      return later;
  }
}

function deltaOf({ command, args }: Write): bigint | undefined {
  if (command === 'incr') return 1n;
  if (command === 'decr') return -1n;
  const amount = String(args[command === 'hincrby' ? 2 : 1]);
  if (!/^-?\d{1,19}$/.test(amount)) return undefined;
  return command === 'decrby' ? -BigInt(amount) : BigInt(amount);
}

// Returns undefined if an amount is not an integer or the sum would overflow: the caller then sends the increments one
// by one, so that the server can refuse them.
function sum(
  command: string,
  head: readonly WriteArgument[],
  left: bigint | undefined,
  right: bigint | undefined,
): Write | undefined {
  if (left === undefined || right === undefined) return undefined;
  const total = left + right;
  if (total > maxInteger || total < -maxInteger) return undefined;
  return { command, args: [...head, String(total)] };
}

function mergeFields(earlier: readonly WriteArgument[], later: readonly WriteArgument[]): Write | undefined {
  if (earlier.length % 2 === 0 || later.length % 2 === 0) return undefined;
  const fields = new Map<string, readonly [WriteArgument, WriteArgument]>();
  for (const args of [earlier, later]) {
    for (let index = 1; index < args.length; index += 2) {
      const field = args[index] as WriteArgument;
      fields.set(byteText(field), [field, args[index + 1] as WriteArgument]);
    }
  }
  return { command: 'hset', args: [earlier[0] as WriteArgument, ...[...fields.values()].flat()] };
}
