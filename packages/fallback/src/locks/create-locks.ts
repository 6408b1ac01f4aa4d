import { randomUUID } from 'node:crypto';
import {
  ConfigurationError,
  systemClock,
  systemRandom,
  type Clock,
  type Random,
  type RedisResilience,
} from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  functionOf,
  pause,
  resilienceOf,
  textOf,
  tooLate,
  withDefaults,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { Script } from '../script.ts';
import { HeldLock, type Lock } from './held-lock.ts';

// The lock and the count of its holders are one hash, so that they lie in one slot and the count never goes back.
const acquireScript = new Script(`
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local ends = tonumber(redis.call('HGET', KEYS[1], 'ends') or '0')
local holder = redis.call('HGET', KEYS[1], 'holder')
local isHeld = holder and ends > ms
if isHeld and holder ~= ARGV[1] then return 0 end
if not isHeld then
  if ARGV[4] == 'extend' then return 0 end
  redis.call('HINCRBY', KEYS[1], 'fence', 1)
end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'ends', ms + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return tonumber(redis.call('HGET', KEYS[1], 'fence'))
`);

/** Options of {@link createLocks}. All durations in milliseconds. */
export interface LockOptions {
  /** Put before every name in Redis. Default `lock:`. */
  readonly prefix?: string;
  /** How long a lock holds without being extended. Default 10,000. */
  readonly ttlMs?: number;
  /** How long to wait for Redis at each step. Default 200. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Options of one acquisition. */
export interface AcquireOptions {
  readonly ttlMs?: number;
  /** How long to wait for whoever holds it. Default 0. */
  readonly waitMs?: number;
}

/** Locks in Redis that refuse while Redis cannot vouch for them. */
export interface Locks {
  /**
   * Takes the lock; undefined when somebody else holds it.
   *
   * @throws an error of core's while Redis is away: nothing is locked, and nothing pretends to be
   */
  acquire(name: string, options?: AcquireOptions): Promise<Lock | undefined>;
  /**
   * Runs `work` under the lock, extends it meanwhile, and releases it. When the lock cannot be extended in time,
   * `signal` aborts before somebody else can hold it. Gives undefined, and runs nothing, when somebody else holds it.
   */
  run<T>(name: string, work: (lock: Lock) => Promise<T>, options?: AcquireOptions): Promise<T | undefined>;
}

const retryMs = 50;
const dayMs = 86_400_000;

/**
 * Makes locks over a protected connection. A lock is held only as long as Redis said so, counted from before it was
 * asked; each holder gets a higher `fence` than the one before, for the resource to refuse latecomers by.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * const locks = createLocks(resilience);
 * await locks.run(`invoice:${id}`, async (lock) => bill(id, { signal: lock.signal, fence: lock.fence }));
 */
export function createLocks(resilience: RedisResilience, options: LockOptions = {}): Locks {
  checkArgument('createLocks.resilience', resilience, resilienceOf);
  checkOptions<LockOptions>('createLocks', options, {
    prefix: textOf,
    ttlMs: durationOf(10),
    timeoutMs: durationOf(1),
    clock: clockOf,
    random: functionOf,
  });
  const defaults = {
    prefix: 'lock:',
    ttlMs: 10_000,
    timeoutMs: 200,
    clock: systemClock,
    random: systemRandom,
  };
  const settings = withDefaults(defaults, options);
  const { clock, random, prefix, timeoutMs } = settings;

  const ask = async (
    key: string,
    token: string,
    ttlMs: number,
    how: 'acquire' | 'extend',
  ): Promise<number> => {
    const answer = acquireScript.run(resilience.client, key, token, ttlMs, ttlMs + dayMs, how);
    return Number(await withinDeadline(clock, timeoutMs, answer, () => tooLate('Redis', timeoutMs)));
  };

  const acquire = async (name: string, given: AcquireOptions = {}): Promise<Lock | undefined> => {
    if (typeof name !== 'string' || name.length === 0) {
      throw new ConfigurationError('A lock needs a name: a string that is not empty.');
    }
    const { ttlMs = settings.ttlMs, waitMs = 0 } = given;
    const key = prefix + name;
    const token = randomUUID();
    const giveUpAt = clock.now() + waitMs;
    for (;;) {
      const askedAt = clock.now();
      const fence = await ask(key, token, ttlMs, 'acquire').catch((error: unknown) => {
        // It may have been granted after all: nobody is to wait for it.
        HeldLock.release(resilience, key, token).catch(ignore);
        throw error;
      });
      if (fence > 0) {
        return new HeldLock({
          resilience,
          clock,
          key,
          token,
          fence,
          ttlMs,
          askedAt,
          extend: (ms) => ask(key, token, ms, 'extend'),
        });
      }
      const leftMs = giveUpAt - clock.now();
      if (leftMs <= 0) return undefined;
      await pause(clock, Math.min(leftMs, retryMs * (0.5 + random())));
    }
  };

  return {
    acquire,
    async run(name, work, given) {
      const lock = await acquire(name, given);
      if (lock === undefined) return undefined;
      const stop = (lock as HeldLock).keepExtending();
      try {
        return await work(lock);
      } finally {
        stop();
        await lock.release().catch(ignore);
      }
    },
  };
}

function ignore(): void {
  // What is not released ends by itself.
}
