import type { ChainableCommander, Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';
import { newestId, readsNewest, timeId } from './newest-entries.ts';
import { Outage } from './outage.ts';
import { waitingBatch } from './waiting-batch.ts';

/** How long a call that does not wait for the end of an outage waits for Redis before it fails. */
const maxWaitMs = 500;
/**
 * How long to wait for the reply to a call that waits for the end of an outage. The limit is high, because the reply may
 * contain the worker's next job, which must not be lost; plain ioredis waits forever.
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

// The scripts that a processor runs for its job. If one of them fails, the processor fails, and with it the job. Some
// belong to the loop: the renewal of a job's lock, and in Bull the record of the error with which the job failed.
const jobScript =
  /^(updateProgress|addLog|updateData|extendLocks?|releaseLock|saveStacktrace|moveJobFromActiveToWait)\b/;

// The keys from which the processor of a flow's parent reads the results of its children.
const resultsOfChildren = /:(processed|failed)$/;

/** Whether a call waits for as long as Redis is unavailable. */
export type Waits = (name: PropertyKey, args: readonly unknown[]) => boolean;

/** For a client that only workers use: every call waits, as on plain ioredis. */
export const everyCallWaits: Waits = () => true;

/** For a client that workers share with queues: only the calls of a worker's loop and of its jobs wait. */
export const workersCallsWait: Waits = (name, args) =>
  name === 'info' ||
  blockingReads.has(name) ||
  isScriptOf(loopScript, name) ||
  isScriptOf(jobScript, name) ||
  (name === 'hgetall' && resultsOfChildren.test(String(args[0])));

/**
 * Wraps a client for the loop of a BullMQ or Bull worker, and for the jobs that it processes. After some errors the loop
 * retries immediately, and after others it pauses for a long time; a job fails for good, unless it has attempts left. So
 * no error may reach the loop or a job while Redis is unavailable:
 *
 * - A blocking read returns null as soon as Redis is back, so that the worker looks for work immediately. A read of a
 *   stream's newest entries does not return null, but is repeated, and also returns the entries that were added during
 *   the outage.
 * - Any other call that `waits` selects waits while the server does not reply, and is resent when a lost connection has
 *   been restored, as in plain ioredis. So is a pipeline or transaction with such a call.
 * - The remaining calls fail after half a second, with an error code after which BullMQ retries.
 *
 * Duplicates of the client are wrapped, too. When a worker closes, it disconnects its duplicate, and all waiting calls
 * fail, so that the worker can close while Redis is unavailable.
 */
export function workerClient<C extends Redis | Cluster>(
  client: C,
  resilience: RedisResilience,
  clock: Clock,
  waits: Waits,
  outage: Outage = new Outage(resilience, clock),
): C {
  const isOwn = outage.adopt(client);
  // If Redis is unavailable when the client is created, the first read of a stream's newest entries returns everything
  // added since then, not only since Redis became available.
  let since = resilience.snapshot().reads ? undefined : timeId(clock);
  const ask = async (
    call: () => Promise<unknown>,
    name: PropertyKey,
    isWaiting: boolean,
    isRepeated = !blockingReads.has(name),
  ): Promise<unknown> => {
    for (;;) {
      try {
        return await (isWaiting ? outage.unlessInterrupted(call()) : call());
      } catch (error) {
        const isPassing = isAway(error) || (name === 'info' && isRefusedForNow(error));
        if (!isPassing) throw error;
        const end = await outage.end(client, isWaiting ? Infinity : maxWaitMs);
        // The error that a closing worker gets must not look like a lost connection, after which a BullMQ 5 worker
        // would retry forever.
        if (end === 'interrupted' || isClosed(error)) throw error;
        if (end === 'too-long' || !isWaiting) throw connectionError(error);
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
          workerClient(method.apply(target, args) as C, resilience, clock, waits, outage);
      }
      if (name === 'connect')
        return () => (outage.isInterrupted ? beginToConnect(target) : connectEventually(target));
      if (name === 'pipeline' || name === 'multi') {
        const patient = sending(target, { timeoutMs: patienceMs });
        return (...args: unknown[]) =>
          waitingBatch(
            method.apply(target, args) as ChainableCommander,
            () => method.apply(patient, args) as ChainableCommander,
            waits,
            (exec) => ask(exec, 'exec', true),
          );
      }
      return (...args: unknown[]) => {
        const isWaiting = waits(name, args);
        const sender = senderOf(name, target, isWaiting);
        if (readsNewest(name, args)) {
          const read = (id: string): Promise<unknown> =>
            ask(() => method.apply(sender, [...args.slice(0, -1), id]) as Promise<unknown>, name, true, true);
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
        const asked = ask(
          () => {
            const sent = first ?? (method.apply(sender, args) as Promise<unknown>);
            first = undefined;
            return sent;
          },
          name,
          isWaiting,
        );
        // Prevents an unhandled rejection, because the caller need not handle the promise of a command.
        asked.catch(ignore);
        return asked;
      };
    },
  });
}

function isScriptOf(scripts: RegExp, name: PropertyKey): boolean {
  return typeof name === 'string' && scripts.test(name);
}

/**
 * Returns the client with which to send this command. A command that waits for the end of an outage gets a longer
 * deadline. A blocking read is marked with `isAided`, because core reports a worker whose client is not wrapped.
 */
function senderOf<C extends Redis | Cluster>(name: PropertyKey, client: C, isWaiting: boolean): C {
  if (blockingReads.has(name)) return sending(client, { isAided: true });
  return isWaiting && isCommand(name, client) ? sending(client, { timeoutMs: patienceMs }) : client;
}

// ioredis gives each command and script a second method, for replies as buffers.
function isCommand(name: PropertyKey, client: Redis | Cluster): boolean {
  return typeof Reflect.get(client, `${String(name)}Buffer`) === 'function';
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
