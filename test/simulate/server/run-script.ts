import { createHash } from 'node:crypto';
import { failure, integer, type ReplyText } from '../../core/fakes/reply-text.ts';
import { runData } from './run-data.ts';
import type { ServerConnection } from './server-connection.ts';

/**
 * Runs the scripts that the packages use: that of `applyOnce`, and those with which the cache writes and
 * invalidates entries.
 */
export function runScript(
  connection: ServerConnection,
  [given = '', keyCount = '0', ...args]: readonly string[],
): ReplyText {
  const { scripts } = connection.server;
  const isText = given.includes('\n');
  const sha = isText ? createHash('sha1').update(given).digest('hex') : given;
  if (isText) scripts.set(sha, given);
  const script = scripts.get(sha);
  if (script === undefined) return failure('NOSCRIPT No matching script. Please use EVAL.');
  if (script.includes('cmsgpack.pack(answer)')) return applyOnce(connection, args, Number(keyCount));
  if (script.includes('^rr1(%a)') && keyCount === '1') return writeEntry(connection, args);
  if (script.includes('^rr1i(%d+);') && keyCount === '1') return storeMark(connection, args);
  throw new Error('The simulated server does not know this script.');
}

function applyOnce(connection: ServerConnection, args: readonly string[], keyCount: number): ReplyText {
  const { server } = connection;
  const [onceKey = '', key = ''] = args;
  // The argument after the command is skipped: it is a fingerprint that detects an id used for two different commands.
  const [, command = '', , ...rest] = args.slice(keyCount);
  const known = server.store.answers.get(onceKey);
  if (known !== undefined) return known;
  const answer = runData(connection, command.toLowerCase(), [key, ...rest], 'in-multi') ?? '';
  server.store.answers.set(onceKey, answer);
  return answer;
}

/** Writes an entry of the cache, unless the stored entry or invalidation is newer. */
function writeEntry(connection: ServerConnection, args: readonly string[]): ReplyText {
  const [key = '', entry = '', at = '', writer = '', keepMs = '', marginMs = ''] = args;
  const stored = connection.server.store.keyspace.get(key);
  const head = typeof stored === 'string' ? /^rr1(\w)(\d+);([\w-]+);/.exec(stored) : null;
  if (head !== null) {
    const [, kind, knownAt, by] = head;
    const margin = kind === 'i' && by !== writer ? Number(marginMs) : 0;
    const isOlder = kind === 'i' ? Number(at) <= Number(knownAt) + margin : Number(knownAt) > Number(at);
    if (isOlder) return integer(0);
  }
  runData(connection, 'set', [key, entry, 'PX', keepMs], 'alone');
  return integer(1);
}

/** Replaces an entry of the cache by the mark of an invalidation, unless a newer mark is stored. */
function storeMark(connection: ServerConnection, args: readonly string[]): ReplyText {
  const [key = '', mark = '', version = '', unit = '', ms = ''] = args;
  const stored = connection.server.store.keyspace.get(key);
  const known = typeof stored === 'string' ? /^rr1i(\d+);/.exec(stored)?.[1] : undefined;
  if (known !== undefined && Number(known) > Number(version)) return integer(0);
  runData(connection, 'set', [key, mark, unit, ms], 'alone');
  return integer(1);
}
