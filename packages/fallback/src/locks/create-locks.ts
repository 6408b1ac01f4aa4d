import { randomUUID } from 'node:crypto';
import { type Clock, type Random, type RedisResilience } from '@redis-resilience/core';
import {
  type OptionReaders,
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  functionOf,
  keyTextOf,
  pause,
  quietIfAway,
  resilienceOf,
  sourcesOf,
  textOf,
  tooLate,
  withDefaults,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { Script } from '../script.ts';
import { HeldLock, momentOf, type Lock } from './held-lock.ts';
import { release } from './release.ts';

// Acquires or extends a lock, and returns its fence: the number of holders so far. Returns 0 if another holder has the
// lock, or if the lock to be extended has expired. Lock and fence are in one hash, so that they are in the same slot
// and expire together.
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

/** Options of {@link createLocks}. */
export interface LockOptions {
  /** Prefix of every lock name in Redis. Default `lock:`. */
  readonly prefix?: string;
  /** How long a lock is held without being extended. Default 10,000 ms. */
  readonly ttlMs?: number;
  /** How long one call to Redis may take. Default 200 ms. */
  readonly timeoutMs?: number;
  /** Sources of time and randomness, for tests. Default: those of the RedisResilience. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Options of `acquire` and `run`. */
export interface AcquireOptions {
  /** How long this lock is held without being extended. Default: the `ttlMs` of `createLocks`. */
  readonly ttlMs?: number;
  /** How long to wait for the current holder to release the lock. Default 0 ms. */
  readonly waitMs?: number;
}

/**
 * Locks in Redis. While Redis is unavailable, `acquire` and `run` throw: a lock that Redis does not confirm is not
 * held.
 */
export interface Locks {
  /**
   * Acquires the lock. Returns undefined if another holder has the lock.
   *
   * @throws one of core's errors while Redis is unavailable, {@link ConfigurationError} when an option is unknown or
   * invalid
   */
  acquire(name: string, options?: AcquireOptions): Promise<Lock | undefined>;
  /**
   * Acquires the lock, runs `work`, extends the lock while `work` is running, and releases it. If the lock cannot be
   * extended in time, its `signal` aborts before another holder can acquire it. Returns undefined, without running
   * `work`, if another holder has the lock.
   *
   * @throws the same errors as `acquire`, or the error of `work`
   */
  run<T>(name: string, work: (lock: Lock) => Promise<T>, options?: AcquireOptions): Promise<T | undefined>;
}

const acquireReaders: OptionReaders<AcquireOptions> = { ttlMs: durationOf(10), waitMs: durationOf(0) };

const retryMs = 50;
const dayMs = 86_400_000;

/**
 * Creates locks that use the protected client of `resilience`. A lock's ttl counts from the moment before the request
 * to Redis is sent, so that the lock expires in this process before it expires in Redis. Each holder gets a higher
 * `fence` than the previous holder. The resource that the lock protects can reject requests with a lower fence than it
 * has already seen.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
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
    ...sourcesOf(resilience),
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
    checkArgument('locks.name', name, keyTextOf);
    checkOptions('locks.acquire', given, acquireReaders);
    const { ttlMs = settings.ttlMs, waitMs = 0 } = given;
    const key = prefix + name;
    const token = randomUUID();
    const giveUpAt = clock.now() + waitMs;
    for (;;) {
      const askedAt = momentOf(clock);
      const database = resilience.snapshot().database?.name;
      const fence = await ask(key, token, ttlMs, 'acquire').catch((error: unknown) => {
        // Although the request failed, Redis may have granted the lock, or a frozen server may grant it later.
        release(resilience, clock, { key, token, ttlMs, mayBeEarly: true }).catch(ignore);
        throw error;
      });
      // If another database came into use during the request, it is unclear which database granted the lock, so the
      // lock is requested again.
      if (resilience.snapshot().database?.name !== database) continue;
      if (fence > 0) {
        return new HeldLock({
          resilience,
          clock,
          key,
          token,
          fence,
          ttlMs,
          database,
          askedAt,
          extend: (ms) => ask(key, token, ms, 'extend'),
        });
      }
      const leftMs = giveUpAt - clock.now();
      if (leftMs <= 0) return undefined;
      await pause(clock, Math.min(leftMs, retryMs * (0.5 + random())));
    }
  };

  const run: Locks['run'] = async (name, work, given) => {
    checkArgument('locks.run.work', work, functionOf);
    const lock = await acquire(name, given);
    if (lock === undefined) return undefined;
    const stop = (lock as HeldLock).keepExtending();
    try {
      return await work(lock);
    } finally {
      stop();
      await lock.release().catch(ignore);
    }
  };

  return {
    acquire: (...given) => quietIfAway(acquire(...given)),
    run: (...given) => quietIfAway(run(...given)),
  };
}

function ignore(): void {
  // Nothing to do: the lock is released when Redis is back, or it expires.
}
