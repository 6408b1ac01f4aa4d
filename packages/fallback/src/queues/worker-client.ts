import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';
import { newestId, readsNewest, timeId } from './newest-entries.ts';
import { Outage } from './outage.ts';

/** How long a call that is no part of the loop of a worker waits before it fails. */
const maxWaitMs = 500;
/** How long a script of the loop waits for its answer: plain ioredis waits for ever, and what it asked for is not lost. */
const patienceMs = 30_000;

// Methods that send nothing to the server, or that have to fail at once: left as they are.
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

// A worker that loses one of these looks for work again only after its block time, up to 10 s.
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

// The scripts in the loop of a worker of BullMQ and Bull: a worker that one of these fails pauses for up to 15 s.
const loopScript =
  /^(moveToActive|moveToFinished|moveToDelayed|moveToWaitingChildren|retryJob|moveStalledJobsToWait)\b/;

/**
 * The client for the loop of a worker, which retries at once after some errors and pauses for long after others. While
 * Redis is away, no error reaches that loop:
 *
 * - a blocking read answers, once Redis is back, that nothing has come, so that the worker looks for work at once; one
 *   for the newest entries of a stream goes on from where it began;
 * - a script of the loop waits for its answer while the server is silent, and is sent again once a lost connection is
 *   back, as in plain ioredis;
 * - any other command fails after half a second, with the error code on which BullMQ retries.
 *
 * Its duplicates behave alike. A worker that closes disconnects its duplicate: all calls that wait then fail, so that it
 * can close while Redis is away.
 */
export function workerClient<C extends Redis | Cluster>(
  client: C,
  resilience: RedisResilience,
  clock: Clock,
  outage: Outage = new Outage(resilience, clock),
): C {
  const isOwn = outage.adopt(client);
  // Of a process that starts without Redis, the first read begins where the client was made, not where Redis came.
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
        // Not a lost connection: a worker of BullMQ 5 that closes would try again without end.
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
      const sender = isLoopScript(name) ? patient(target) : target;
      return (...args: unknown[]) => {
        if (readsNewest(name, args)) {
          const read = (id: string): Promise<unknown> =>
            ask(() => method.apply(target, [...args.slice(0, -1), id]) as Promise<unknown>, name, true);
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
        // As with any command of the client, nobody has to look at the answer.
        asked.catch(ignore);
        return asked;
      };
    },
  });
}

/** Whether a call waits for as long as Redis is away. */
function isLasting(name: PropertyKey): boolean {
  return name === 'info' || blockingReads.has(name) || isLoopScript(name);
}

function isLoopScript(name: PropertyKey): boolean {
  return typeof name === 'string' && loopScript.test(name);
}

/** The same client, whose commands have a deadline of their own. */
function patient<C extends Redis | Cluster>(client: C): C {
  type Send = (command: object, ...rest: unknown[]) => unknown;
  const sendCommand: Send = (command, ...rest) =>
    (client as unknown as { sendCommand: Send }).sendCommand(
      Object.assign(command, { timeoutMs: patienceMs }),
      ...rest,
    );
  return Object.create(client, { sendCommand: { value: sendCommand } }) as C;
}

function isClosed(error: unknown): boolean {
  return isAway(error) && error.reason === 'closed';
}

// A queue of Bull that closes connects again, and does not look at the answer before its jobs have ended.
async function beginToConnect(client: Redis | Cluster): Promise<void> {
  client.connect().catch(ignore);
}

// The first attempt may fail; the client goes on trying.
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

// BullMQ tells a lost connection, through which it waits, from other errors by this code.
function connectionError(cause: unknown): Error {
  return Object.assign(new Error('Redis is away; the worker tries again.', { cause }), {
    code: 'ECONNREFUSED',
  });
}

function ignore(): void {
  // The caller may look at the promise itself.
}
