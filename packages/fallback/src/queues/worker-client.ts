import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';
import { newestId, readsNewest, timeId } from './newest-entries.ts';
import { Outage } from './outage.ts';

/** How long a call that is not part of a worker's loop waits for Redis before it fails. */
const maxWaitMs = 500;
/**
 * How long to wait for the reply to a Lua script that a worker runs in its loop. The limit is high, because the reply
 * may contain the worker's next job, which must not be lost; plain ioredis waits forever.
 */
const patienceMs = 30_000;

// Methods that are not wrapped, because they send nothing to the server or must fail immediately.
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

// Commands with which a worker waits for work, and after whose failure the worker pauses for up to 10 s.
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

// The scripts in the loop of a BullMQ or Bull worker, after whose failure the worker pauses for up to 15 s.
const loopScript =
  /^(moveToActive|moveToFinished|moveToDelayed|moveToWaitingChildren|retryJob|moveStalledJobsToWait)\b/;

/**
 * Wraps a client for the loop of a BullMQ or Bull worker. After some errors the loop retries immediately, and after
 * others it pauses for a long time, so no error may reach the loop while Redis is unavailable:
 *
 * - A blocking read returns null as soon as Redis is back, so that the worker looks for work immediately. A read of a
 *   stream's newest entries does not return null, but is repeated, and also returns the entries that were added during
 *   the outage.
 * - A script of the loop waits while the server does not reply, and is resent when a lost connection has been restored,
 *   as in plain ioredis. INFO, too, is repeated until Redis is back.
 * - Any other command fails after half a second, with an error code after which BullMQ retries.
 *
 * Duplicates of the client are wrapped, too. When a worker closes, it disconnects its duplicate, and all waiting calls
 * fail, so that the worker can close while Redis is unavailable.
 */
export function workerClient<C extends Redis | Cluster>(
  client: C,
  resilience: RedisResilience,
  clock: Clock,
  outage: Outage = new Outage(resilience, clock),
): C {
  const isOwn = outage.adopt(client);
  // If Redis is unavailable when the client is created, the first read of a stream's newest entries returns everything
  // added since then, not only since Redis became available.
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
        // The error that a closing worker gets must not look like a lost connection, after which a BullMQ 5 worker
        // would retry forever.
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
        // Prevents an unhandled rejection, because the caller need not handle the promise of a command.
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

/**
 * Returns the client with which to send this command. A Lua script that a worker runs in its loop gets a longer
 * deadline. A blocking read is marked with `isAided`, because core reports a worker whose client is not wrapped.
 */
function senderOf<C extends Redis | Cluster>(name: PropertyKey, client: C): C {
  if (isLoopScript(name)) return sending(client, { timeoutMs: patienceMs });
  return blockingReads.has(name) ? sending(client, { isAided: true }) : client;
}

/** Returns a view of the client that sets `properties` on each command that it sends. */
function sending<C extends Redis | Cluster>(client: C, properties: object): C {
  type Send = (command: object, ...rest: unknown[]) => unknown;
  const sendCommand: Send = (command, ...rest) =>
    (client as unknown as { sendCommand: Send }).sendCommand(Object.assign(command, properties), ...rest);
  return Object.create(client, { sendCommand: { value: sendCommand } }) as C;
}

function isClosed(error: unknown): boolean {
  return isAway(error) && error.reason === 'closed';
}

// Starts to connect, and resolves immediately. A closing Bull queue calls `connect()` again, but handles the promise
// only after its jobs have ended; if the promise rejected before that, the rejection would be unhandled.
async function beginToConnect(client: Redis | Cluster): Promise<void> {
  client.connect().catch(ignore);
}

// Resolves when the client is connected. A failed attempt does not reject the promise, because the client keeps trying;
// the promise rejects only when the client is closed.
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

// From the code ECONNREFUSED, BullMQ concludes that the connection was lost, and retries.
function connectionError(cause: unknown): Error {
  return Object.assign(new Error('Redis is away; the worker tries again.', { cause }), {
    code: 'ECONNREFUSED',
  });
}

function ignore(): void {
  // Nothing to do: a caller to which the error matters handles the promise itself.
}
