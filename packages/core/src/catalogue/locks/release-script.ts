import { integerAt, textAt } from '../arguments/argument-words.ts';
import { lockReleaseArgs } from './lock-release.ts';
import { lockScriptOf } from './lock-scripts.ts';
import { isUniqueToken } from './lock-token.ts';

/**
 * The lock-release script of the Redis documentation, which many applications and libraries use. White space and quotes
 * are removed.
 */
const documented: ReadonlySet<string> = new Set([
  'ifredis.call(get,keys[1])==argv[1]thenreturnredis.call(del,keys[1])elsereturn0end',
  'ifredis.call(get,keys[1])==argv[1]thenreturnredis.call(del,keys[1])endreturn0',
]);

/** The script with which @verrou/core 0.5 releases a lock, as the library writes it. */
const ofVerrou = `
      if redis.call("get", KEYS[1]) == ARGV[1] then
        return redis.call("del", KEYS[1])
      else
        return 0
      end
    `;

/** The tokens of verrou are short, but random. */
const tokenOfVerrou = /^[\da-z]{8,13}$/;

/** A script with more characters than this is no variant of the documented script, and is not compared with it. */
const longest = 400;

/**
 * If this command is a script that deletes keys only if they contain the token of a lock, returns the arguments of an
 * EVAL with the same effect; otherwise undefined. Such a script does no harm if it runs late, or twice.
 */
export function releaseScriptArgs(name: string, args: readonly unknown[]): readonly string[] | undefined {
  const script = textAt(args, 0);
  const argumentCount = argumentCountOf(name, script);
  const keyCount = integerAt(args, 1);
  if (argumentCount === undefined || args.length !== 2 + keyCount + argumentCount) return undefined;
  const texts = args.map((_, index) => textAt(args, index));
  const token = texts.at(-1) as string;
  if (texts.includes('') || !(isUniqueToken(token) || isOfVerrou(script, token))) return undefined;
  return lockReleaseArgs(texts.slice(2, 2 + keyCount), token);
}

/** Returns how many arguments follow the keys of a script that releases a lock; undefined for any other script. */
function argumentCountOf(name: string, script: string): number | undefined {
  if (name === 'eval') return isDocumented(script) ? 1 : undefined;
  const known = name === 'evalsha' ? lockScriptOf(script) : undefined;
  return known?.does === 'release' ? known.argumentCount : undefined;
}

function isOfVerrou(script: string, token: string): boolean {
  return script === ofVerrou && tokenOfVerrou.test(token);
}

function isDocumented(script: string): boolean {
  return script.length <= longest && documented.has(withoutNames(script));
}

/** Removes white space and quotes, and writes `KEYS[1]` and `ARGV[1]` for the local variables that stand for them. */
function withoutNames(script: string): string {
  let text = script.replaceAll(/--.*/g, '').replaceAll(/["';]/g, '').toLowerCase().trim();
  for (;;) {
    const [declaration, name, value] = /^local\s+(\w+)\s*=\s*((?:keys|argv)\[1\])\s/.exec(text) ?? [];
    if (declaration === undefined || name === undefined || value === undefined) break;
    text = text
      .slice(declaration.length)
      .trimStart()
      .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), value);
  }
  return text.replaceAll(/\s/g, '');
}
