import { createHash } from 'node:crypto';
import { withinDeadline } from '../deadline.ts';
import {
  CommandTimeoutError,
  ConfigurationError,
  OutcomeUnknownError,
  RedisUnavailableError,
} from '../errors.ts';
import { isCluster, optionsOf } from '../ioredis/clients.ts';
import { isAway } from '../is-away.ts';
import { ownSignal } from '../own-signal.ts';
import type { ApplyOnceOptions, OnceArgument, RedisResilience } from '../redis-resilience.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { durationOf, signalOf, textOf } from '../options/option-readers.ts';
import type { Settings } from '../options/settings.ts';
import { hashTagOf } from '../keys/hash-tag.ts';
import { boundTo } from './bound-to-database.ts';
import { checkOnceCall } from './check-once-call.ts';
import { OnceHomes } from './once-homes.ts';
import { OnceQueue } from './once-queue.ts';
import { OnceScript } from './once-script.ts';
import { OnceTurns } from './once-turns.ts';

/** The state that all calls of `applyOnce` on one `RedisResilience` share. */
export interface OnceParts {
  readonly settings: Pick<Settings, 'clock' | 'retry'>;
  readonly queue: OnceQueue;
  readonly turns: OnceTurns;
  readonly homes: OnceHomes;
  readonly script: OnceScript;
  /** The databases that refuse a script whose keys are in several slots. */
  readonly slotted: Set<string | undefined>;
}

export function onceParts(
  resilience: Pick<RedisResilience, 'name' | 'on' | 'snapshot'>,
  settings: Settings,
): OnceParts {
  const queue = new OnceQueue(resilience, settings.clock, settings.admission);
  const turns = new OnceTurns(settings.clock);
  const homes = new OnceHomes();
  return { settings, queue, turns, homes, script: new OnceScript(), slotted: new Set() };
}

/**
 * Applies one write at most once on the server. Retries the write while Redis is unavailable, until it is acknowledged
 * or refused, `timeoutMs` has passed, or the client is closed. A repeat with the same id, from any process, gets the
 * reply of the first execution as long as the server remembers the id (`rememberMs`).
 *
 * The id is stored in a separate key, in the same slot as the command's key. On a single server, the id is also stored
 * in a key that depends only on the id, so that an id that was used with another command is rejected. A Cluster rejects
 * a reused id only if the keys are the same or have the same hash tag. If a primary is lost before its replicas have
 * received the write, an acknowledged write may be gone, and the same id can be applied again.
 *
 * If several Redis databases are configured, an id that may have reached one of them is sent only to that one.
 * `parts.homes` records the database for each id of this process.
 *
 * @throws {@link ConfigurationError} if the command is not a plain write of exactly one key, its first argument, if an
 *   argument is not a string, number or Buffer, if there are more than 7,999, or if the id was used with another command; {@link CommandTimeoutError}
 *   after `timeoutMs`; {@link OverloadedError} if `admission.maxWaiting` calls are already waiting;
 *   {@link OutcomeUnknownError} if the id may have reached a database that is not in use now
 */
export function applyOnce(
  resilience: Pick<RedisResilience, 'client' | 'name' | 'snapshot'>,
  parts: OnceParts,
  given: string | ApplyOnceOptions,
  command: string,
  ...args: readonly OnceArgument[]
): Promise<unknown> {
  const applied: Promise<unknown> = new Promise((resolve, reject) => {
    applyInTime(resilience, parts, given, command, args).then(resolve, (error: unknown) => {
      // Even if the application ignores the promise, an outage must not crash the process with an unhandled rejection.
      if (isAway(error)) applied.catch(() => undefined);
      reject(error);
    });
  });
  return applied;
}

async function applyInTime(
  resilience: Pick<RedisResilience, 'client' | 'name' | 'snapshot'>,
  parts: OnceParts,
  given: string | ApplyOnceOptions,
  command: string,
  args: readonly OnceArgument[],
): Promise<unknown> {
  const { id, timeoutMs, database, ...bounds } =
    typeof given === 'object' && given !== null ? checkOptions('applyOnce', given, readers) : { id: given };
  checkOnceCall(id, command, args);
  const { clock } = parts.settings;
  const calledAt = clock.now();
  const turn = parts.turns.next();
  if (turn !== undefined) await turn;
  const signal = ownSignal(bounds.signal);
  if (timeoutMs === undefined) return await apply(resilience, parts, { id, signal, database }, command, args);
  const abort = new AbortController();
  const either = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  const late = (): Error => {
    const error = new CommandTimeoutError(
      `applyOnce was not acknowledged within ${timeoutMs} ms. Repeat it with the same id: it is applied once at most.`,
      { reason: 'slow', outcome: 'unknown', connection: resilience.name },
    );
    abort.abort(error);
    return error;
  };
  const applying = apply(resilience, parts, { id, signal: either, database }, command, args);
  const leftMs = Math.max(0, timeoutMs - (clock.now() - calledAt));
  return await withinDeadline(clock, leftMs, applying, late, either);
}

const readers: OptionReaders<ApplyOnceOptions> = {
  id: textOf,
  timeoutMs: durationOf(0),
  signal: signalOf,
  database: textOf,
};

async function apply(
  resilience: Pick<RedisResilience, 'client' | 'name' | 'snapshot'>,
  { queue, homes, script, slotted, settings }: OnceParts,
  { id, signal, database: only }: ApplyOnceOptions,
  command: string,
  args: readonly OnceArgument[],
): Promise<unknown> {
  const { client } = resilience;
  const [key, ...rest] = args as [OnceArgument, ...OnceArgument[]];
  const prefix = (optionsOf(client)['keyPrefix'] as string | Buffer | undefined)?.toString() ?? '';
  const inSlot = `{${hashTagOf(prefix + String(key))}}:redis-resilience:once:${id}`;
  const words = [settings.retry.rememberMs, command, fingerprintOf(command, args), ...rest];
  let named = script.next();
  let wasMissing = false;
  let hasWaited = false;
  for (;;) {
    signal?.throwIfAborted();
    const database = resilience.snapshot().database?.name;
    const home = homes.homeOf(id);
    if (home !== undefined && home !== database) throw elsewhere(resilience.name);
    if (only !== undefined && only !== database) throw notHere(resilience.name);
    if (database !== undefined) homes.sent(id, database);
    const keys =
      isCluster(client) || slotted.has(database)
        ? [inSlot, key]
        : [inSlot, key, `redis-resilience:once:${id}`];
    try {
      const reply = await boundTo(database, () =>
        client.call(named.command, named.body, keys.length, ...keys, ...words),
      );
      if (hasWaited) queue.noteServed();
      return reply;
    } catch (error) {
      if (!(error instanceof Error) || signal?.aborted === true) throw error;
      const text = isReplyError(error) ? error.message : '';
      if (text.startsWith('NOSCRIPT')) {
        named = script.missing(named, wasMissing);
        wasMissing = true;
        homes.didNotRun(id);
        continue;
      }
      // CROSSSLOT means that the server is a proxy in front of a Cluster, and that nothing was applied.
      if (text.startsWith('CROSSSLOT') && keys.length === 3) {
        slotted.add(database);
        homes.didNotRun(id);
        continue;
      }
      if (text.startsWith('ERR ONCEID')) throw usedOtherwise();
      // If the script fails with a reply that is classified as `not-applied`, nothing was applied.
      const isRefusedForNow = text !== '' && classifyReply(text).outcome === 'not-applied';
      const mayComeBack = isAway(error) && error.reason !== 'closed';
      if (isRefusedForNow || (isAway(error) && error.outcome === 'not-applied')) homes.didNotRun(id);
      if (!isRefusedForNow && !mayComeBack) throw error;
      named = script.next();
      hasWaited = true;
      await queue.wait(signal);
    }
  }
}

function elsewhere(connection: string): OutcomeUnknownError {
  return new OutcomeUnknownError(
    'This id may have been applied on a database that is not in use now, so it was not sent to another one. ' +
      'Call applyOnce again with the same id when that database is back.',
    { outcome: 'unknown', connection },
  );
}

function notHere(connection: string): RedisUnavailableError {
  return new RedisUnavailableError(
    'The option database names a database that is not in use now, so applyOnce did not send the write. Call applyOnce ' +
      'again when that database is in use.',
    { outcome: 'not-applied', connection },
  );
}

function usedOtherwise(): ConfigurationError {
  return new ConfigurationError(
    'applyOnce got an id that was used with another command; nothing was applied. Give each write an id of its own.',
    { outcome: 'refused' },
  );
}

// The lengths are included to distinguish argument lists that would be equal when joined.
function fingerprintOf(command: string, args: readonly OnceArgument[]): string {
  const hash = createHash('sha1').update(command.toLowerCase());
  for (const arg of args) {
    const bytes = Buffer.isBuffer(arg) ? arg : Buffer.from(String(arg));
    hash.update(`:${bytes.length}:`).update(bytes);
  }
  return hash.digest('base64url').slice(0, 16);
}
