import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience, RedisSnapshot } from '@redis-resilience/core';
import { isAway, pause, untilChange } from '@redis-resilience/core/kit';

const maxPauseMs = 1000;
const minPauseMs = 20;

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
  'disconnect',
  'defineCommand',
  'pipeline',
  'multi',
  'quit',
  'nodes',
]);

/**
 * The client for a loop that retries at once after an error, as the workers of BullMQ do. A command that fails because
 * Redis is away rejects only when Redis is back, or after a second, and with the error code on which BullMQ retries. A
 * client that failed at once would let such a loop use the whole event loop.
 *
 * Its duplicates behave alike. `info`, which a worker asks before it starts, is retried until it is answered.
 */
export function workerClient<C extends Redis | Cluster>(
  client: C,
  resilience: RedisResilience,
  clock: Clock,
): C {
  const delayFailure = async (answer: unknown): Promise<unknown> => {
    try {
      return await answer;
    } catch (error) {
      if (!isAway(error)) throw error;
      await untilUp(resilience, clock);
      throw connectionError(error);
    }
  };
  const retryUntilAnswered = async (ask: () => Promise<unknown>): Promise<unknown> => {
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
      if (passedThrough.has(name)) return method.bind(target);
      if (name === 'duplicate') {
        return (...args: unknown[]) => workerClient(method.apply(target, args) as C, resilience, clock);
      }
      if (name === 'info') return () => retryUntilAnswered(() => target.info());
      if (name === 'connect') return () => connectEventually(target);
      return (...args: unknown[]) => {
        const answer = method.apply(target, args);
        return answer instanceof Promise ? delayFailure(answer) : answer;
      };
    },
  });
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

async function untilUp(resilience: RedisResilience, clock: Clock): Promise<void> {
  if (resilience.snapshot().writes) return pause(clock, minPauseMs);
  await untilChange(resilience, clock, isServingOrEnded, { timeoutMs: maxPauseMs });
}

function isServingOrEnded({ writes, connection }: RedisSnapshot): boolean {
  return writes || connection === 'ended';
}

// BullMQ tells a lost connection, through which it waits, from other errors by this code.
function connectionError(cause: Error): Error {
  return Object.assign(new Error('Redis is away; the worker tries again.', { cause }), {
    code: 'ECONNREFUSED',
  });
}
