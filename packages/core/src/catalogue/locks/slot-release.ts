import { integerAt, textAt } from '../arguments/argument-words.ts';

/** The SHA-1 digest of the script with which Bottleneck 2.19 frees the slot of a job that has ended. */
const freeDigest = 'bc60425feabe5bc26ad7ef67604a9bb0d6c03afb';
const keyCount = 8;
const argumentCount = 3;

// Bottleneck frees all slots whose time is up before it decides whether a job may run. The message makes all limiters
// try to run their next jobs.
const script = `if redis.call('hexists', KEYS[2], ARGV[1]) == 1 then
  redis.call('zadd', KEYS[3], 0, ARGV[1])
  redis.call('publish', 'b_' .. redis.call('hget', KEYS[1], 'id'), 'capacity:')
end`;

/**
 * If this command is the script with which Bottleneck frees the slot of a job, returns the arguments of an EVAL with
 * the same effect; otherwise undefined. The EVAL does no harm if it runs late, or twice, because each job gets a new
 * random slot. Unlike the script's digest, it is also known to a server that has restarted.
 */
export function slotReleaseArgs(name: string, args: readonly unknown[]): readonly string[] | undefined {
  if (name !== 'evalsha' || textAt(args, 0) !== freeDigest || integerAt(args, 1) !== keyCount)
    return undefined;
  if (args.length !== 2 + keyCount + argumentCount) return undefined;
  const [settings, weights, expirations] = [2, 3, 4].map((index) => textAt(args, index));
  const slot = textAt(args, args.length - 1);
  const texts = [settings, weights, expirations, slot] as string[];
  return texts.includes('') ? undefined : [script, '3', ...texts];
}
