import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';
import { newestId, readsNewest, timeId } from './newest-entries.ts';
import { Outage } from './outage.ts';

/** How long a call that is not part of a worker's loop waits before it fails. */
const maxWaitMs = 500;
/**
 * How long a script in the loop waits for its reply. Plain ioredis waits forever, and the script's result is not lost.
 */
const patienceMs = 30_000;

// Methods that are passed through unchanged, because they send nothing to the server or must fail immediately.
const passedThrough = new Set<PropertyKey>([
  'on',
  'once',
  'off',
  'addListener',
  'removeListener',
  'removeAllListeners',
  'listenerCount',
  'emit',
  'getMaxListeners',
  'setMaxListeners',
  'defineCommand',
  'pipeline',
  'multi',
  'nodes',
]);

// If one of these commands fails, the worker does not look for work again until its block time has passed, up to 10 s.
const blockingReads = new Set<PropertyKey>([
  'blmove',
  'blmpop',
  'blpop',
  'brpop',
  'brpoplpush',
  'bzmpop',
  'bzpopmax',
  'bzpopmin',
  'xread',
]);

// The scripts in the loop of a BullMQ or Bull worker: if one of these fails, the worker pauses for up to 15 s.
const loopScript =
  /^(moveToActive|moveToFinished|moveToDelayed|moveToWaitingChildren|retryJob|moveStalledJobsToWait)\b/;

/**
 * The client for a worker's loop, which retries immediately after some errors and pauses for a long time after others.
 * While Redis is unavailable, no error reaches that loop:
 *
 * - a blocking read returns once Redis is back, with no new entries, so that the worker looks for work immediately; a
 *   read of a stream's newest entries continues from where it began;
 * - a script in the loop waits for its reply while the server is silent, and is resent after a lost connection has been
 *   restored, as in plain ioredis;
 * - any other command fails after half a second, with the error code on which BullMQ retries.
 *
 * Its duplicates behave in the same way. When a worker closes, it disconnects its duplicate: all waiting calls then
 * fail, so that the worker can close while Redis is unavailable.
 */
export function workerClient<C extends Redis | Cluster>(
  client: C,
  resilience: RedisResilience,
  clock: Clock,
  outage: Outage = new Outage(resilience, clock),
): C {
  const isOwn = outage.adopt(client);
  // If the process starts without Redis, the first read begins where the client was created, not where Redis became
  // available.
  let since = resilience.snapshot().reads ? undefined : timeId(clock);
  const ask = async (
    call: () => Promise<unknown>,
    name: PropertyKey,
    isRepeated = !blockingReads.has(name),
  ): Promise<unknown> => {
    for (;;) {
      try {
        return await (isLasting(name) ? outage.unlessInterrupted(call()) : call());
      } catch (error) {
        const isPassing = isAway(error) || (name === 'info' && isRefusedForNow(error));
        if (!isPassing) throw error;
        const end = await outage.end(client, isLasting(name) ? Infinity : maxWaitMs);
        // Must not look like a lost connection, because a closing BullMQ 5 worker would then retry forever.
        if (end === 'interrupted' || isClosed(error)) throw error;
        if (end === 'too-long' || !isLasting(name)) throw connectionError(error);
        if (!isRepeated) return null;
      }
    }
  };
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => unknown;
      if (passedThrough.has(name)) return method.bind(target);
      if (name === 'disconnect' || name === 'quit') {
        return (...args: unknown[]) => {
          if (isOwn) outage.interrupt();
          return method.apply(target, args);
        };
      }
      if (name === 'duplicate') {
        return (...args: unknown[]) =>
          workerClient(method.apply(target, args) as C, resilience, clock, outage);
      }
      if (name === 'connect')
        return () => (outage.isInterrupted ? beginToConnect(target) : connectEventually(target));
      const sender = senderOf(name, target);
      return (...args: unknown[]) => {
        if (readsNewest(name, args)) {
          const read = (id: string): Promise<unknown> =>
            ask(() => method.apply(sender, [...args.slice(0, -1), id]) as Promise<unknown>, name, true);
          const from =
            since === undefined ? newestId(args, target, resilience, clock) : Promise.resolve(since);
          since = undefined;
          const asked = from.then(read);
          asked.catch(ignore);
          return asked;
        }
        const answer = method.apply(sender, args);
        if (!(answer instanceof Promise)) return answer;
        let first: Promise<unknown> | undefined = answer;
        const asked = ask(() => {
          const sent = first ?? (method.apply(sender, args) as Promise<unknown>);
          first = undefined;
          return sent;
        }, name);
        // Prevents an unhandled rejection: as with any of the client's commands, the caller need not handle the
        // promise.
        asked.catch(ignore);
        return asked;
      };
    },
  });
}

/** Whether a call waits for as long as Redis is unavailable. */
function isLasting(name: PropertyKey): boolean {
  return name === 'info' || blockingReads.has(name) || isLoopScript(name);
}

function isLoopScript(name: PropertyKey): boolean {
  return typeof name === 'string' && loopScript.test(name);
}

/** Returns the client that sends this command: one whose commands wait longer, or are known to be spared errors. */
function senderOf<C extends Redis | Cluster>(name: PropertyKey, client: C): C {
  if (isLoopScript(name)) return sending(client, { timeoutMs: patienceMs });
  return blockingReads.has(name) ? sending(client, { isAided: true }) : client;
}

/** Returns the same client, but with these properties on each of its commands. */
function sending<C extends Redis | Cluster>(client: C, properties: object): C {
  type Send = (command: object, ...rest: unknown[]) => unknown;
  const sendCommand: Send = (command, ...rest) =>
    (client as unknown as { sendCommand: Send }).sendCommand(Object.assign(command, properties), ...rest);
  return Object.create(client, { sendCommand: { value: sendCommand } }) as C;
}

function isClosed(error: unknown): boolean {
  return isAway(error) && error.reason === 'closed';
}

// Connects without waiting for success. A closing Bull queue connects again, but does not look at the result until its
// jobs have ended; a rejection would be unhandled until then.
async function beginToConnect(client: Redis | Cluster): Promise<void> {
  client.connect().catch(ignore);
}

// The first attempt may fail; the client keeps trying.
async function connectEventually(client: Redis | Cluster): Promise<void> {
  await client.connect().catch(
    (error: unknown) =>
      new Promise<void>((resolve, reject) => {
        if (client.status === 'ready') resolve();
        else if (client.status === 'end') reject(error);
        else {
          client.once('ready', () => resolve());
          client.once('end', () => reject(error));
        }
      }),
  );
}

// By this code, BullMQ distinguishes a lost connection, through which it waits, from other errors.
function connectionError(cause: unknown): Error {
  return Object.assign(new Error('Redis is away; the worker tries again.', { cause }), {
    code: 'ECONNREFUSED',
  });
}

function ignore(): void {
  // Nothing to do: if the error matters to the caller, it handles the promise itself.
}
