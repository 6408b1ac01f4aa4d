import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience, RedisSnapshot } from '@redis-resilience/core';
import { isAway, pause, untilChange } from '@redis-resilience/core/kit';

const maxPauseMs = 1000;
const minPauseMs = 20;

// Whatever does not ask the server: left as it is.
const local = new Set<PropertyKey>([
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
  'disconnect',
  'defineCommand',
  'pipeline',
  'multi',
  'quit',
  'nodes',
]);

/**
 * The client for a loop that asks again as soon as it failed, which BullMQ's workers are: a command that fails because
 * Redis is away fails only when Redis is back, or after a second, and in the words of ioredis that make such a loop
 * try again. Without the pause it would spin and never let the process do anything else.
 *
 * Its duplicates are alike, and what a worker asks before it begins is asked until it is answered.
 */
export function patientClient<C extends Redis | Cluster>(
  client: C,
  resilience: RedisResilience,
  clock: Clock,
): C {
  const patiently = async (answer: unknown): Promise<unknown> => {
    try {
      return await answer;
    } catch (error) {
      if (!isAway(error)) throw error;
      await untilUp(resilience, clock);
      throw connectionError(error);
    }
  };
  const untilAnswered = async (ask: () => Promise<unknown>): Promise<unknown> => {
    for (;;) {
      if (client.status === 'end') return ask();
      try {
        return await ask();
      } catch {
        await untilUp(resilience, clock);
      }
    }
  };
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => unknown;
      if (local.has(name)) return method.bind(target);
      if (name === 'duplicate') {
        return (...args: unknown[]) => patientClient(method.apply(target, args) as C, resilience, clock);
      }
      if (name === 'info') return () => untilAnswered(() => target.info());
      if (name === 'connect') return () => connectSometime(target);
      return (...args: unknown[]) => {
        const answer = method.apply(target, args);
        return answer instanceof Promise ? patiently(answer) : answer;
      };
    },
  });
}

// The first attempt may fail; the client goes on trying.
async function connectSometime(client: Redis | Cluster): Promise<void> {
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

async function untilUp(resilience: RedisResilience, clock: Clock): Promise<void> {
  if (resilience.snapshot().writes) return pause(clock, minPauseMs);
  await untilChange(resilience, clock, isServingOrEnded, { timeoutMs: maxPauseMs });
}

function isServingOrEnded({ writes, connection }: RedisSnapshot): boolean {
  return writes || connection === 'ended';
}

// BullMQ tells a lost connection, which it waits out, from other errors by this code.
function connectionError(cause: Error): Error {
  return Object.assign(new Error('Redis is away; the worker tries again.', { cause }), {
    code: 'ECONNREFUSED',
  });
}
