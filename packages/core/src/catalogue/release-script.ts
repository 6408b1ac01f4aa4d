import { integerAt, textAt } from './arguments/argument-words.ts';
import { lockReleaseArgs } from './lock-release.ts';

/**
 * The SHA-1 digests of the scripts with which libraries release a lock, and the number of arguments after the keys, of
 * which the last is the token.
 */
const digests: ReadonlyMap<string, number> = new Map([
  ['0f0f23b9048b36752b5be114f357ba083449f908', 1], // redlock 4
  ['df51f6837dcfe303d334e6abea9aeae192bab216', 2], // @sesamecare-oss/redlock 1
  ['4dbb87cd80182f627d42cf6042188ecf00a1ff12', 1], // ioredis-lock 4
  ['7157921a7cc7cfba979acf6d63f073151df17d12', 1], // redis-semaphore 5
  ['fd83166fb3d7235e3ace652b700c9e217c1adc1f', 1], // redlock-universal 0.8
]);

/** The script of the documentation of Redis, which many applications send with EVAL, without white space and quotes. */
const documented: ReadonlySet<string> = new Set([
  'ifredis.call(get,keys[1])==argv[1]thenreturnredis.call(del,keys[1])elsereturn0end',
  'ifredis.call(get,keys[1])==argv[1]thenreturnredis.call(del,keys[1])endreturn0',
]);

/** Longer than any variant of the documented script. */
const longest = 400;

/** A token of fewer characters may not be unique, so that a late release could release the lock of another caller. */
const shortestToken = 16;

/**
 * Returns the arguments of an EVAL with the same effect as this command, if the command is a script that deletes keys
 * only if they contain the token of a lock; undefined for any other command. Such a script may run late, or twice.
 */
export function releaseScriptArgs(name: string, args: readonly unknown[]): readonly string[] | undefined {
  const script = textAt(args, 0);
  const extra =
    name === 'evalsha' ? digests.get(script) : name === 'eval' && isDocumented(script) ? 1 : undefined;
  const keyCount = integerAt(args, 1);
  if (extra === undefined || args.length !== 2 + keyCount + extra) return undefined;
  const texts = args.map((_, index) => textAt(args, index));
  const token = texts.at(-1) as string;
  if (token.length < shortestToken || texts.includes('')) return undefined;
  return lockReleaseArgs(texts.slice(2, 2 + keyCount), token);
}

function isDocumented(script: string): boolean {
  return script.length <= longest && documented.has(script.replaceAll(/[\s"';]/g, '').toLowerCase());
}
