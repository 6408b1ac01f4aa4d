import type { Clock, RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  oneOf,
  resilienceOf,
  sourcesOf,
  textOf,
} from '@redis-resilience/core/kit';
import { Script } from '../script.ts';
import { askLimiter, limiterTimeoutMs } from './ask-limiter.ts';
import { countHit, type HitCount } from './hit-count.ts';
import { LocalCounts } from './local-counts.ts';
import { uncountedError } from './uncounted-error.ts';

/** Options of {@link throttlerStorage}. */
export interface ThrottlerStorageOptions {
  /**
   * While Redis is unavailable, `open` allows every request, `closed` responds with 503, and `local` counts in this
   * process, beginning with the last count that Redis returned. Default `local`.
   */
  readonly whenAway?: 'open' | 'closed' | 'local';
  /** How long a request waits for the count. Default 200 ms. */
  readonly timeoutMs?: number;
  /** Prefix of every key in Redis. Default `throttle:`. */
  readonly prefix?: string;
  /** Source of time, for tests. Default: that of the RedisResilience. */
  readonly clock?: Clock;
}

/** The result of counting a request, in the shape that @nestjs/throttler expects, with times in seconds. */
export interface ThrottlerRecord {
  readonly totalHits: number;
  readonly timeToExpire: number;
  readonly isBlocked: boolean;
  readonly timeToBlockExpire: number;
}

/** An @nestjs/throttler storage. */
export interface ThrottlerStorage {
  increment(
    key: string,
    ttlMs: number,
    limit: number,
    blockMs: number,
    throttlerName: string,
  ): Promise<ThrottlerRecord>;
}

// Counts a request by the same rules as `countHit`, but in Redis and with the server's clock.
const countScript = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl, limit, block = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local known = redis.call('HMGET', KEYS[1], 'hits', 'ends', 'blocked')
local hits, ends, blocked = tonumber(known[1]) or 0, tonumber(known[2]) or 0, tonumber(known[3]) or 0
if ends <= now or (blocked > 0 and blocked <= now) then hits = 0 ends = now + ttl end
if blocked <= now then blocked = 0 end
if blocked == 0 then
  hits = hits + 1
  if hits > limit then
    if block > 0 then blocked = now + block else blocked = ends end
  end
end
redis.call('HSET', KEYS[1], 'hits', hits, 'ends', ends, 'blocked', blocked)
redis.call('PEXPIREAT', KEYS[1], math.max(ends, blocked))
return { hits, ends - now, math.max(0, blocked - now) }
`);

/**
 * Creates an @nestjs/throttler storage that counts in Redis, in fixed time windows. All instances of a service share
 * one count, and no request waits longer than `timeoutMs` for Redis.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * ThrottlerModule.forRootAsync({
 *   inject: [getRedisResilienceToken()],
 *   useFactory: (resilience) => ({
 *     throttlers: [{ ttl: 60_000, limit: 100 }],
 *     storage: throttlerStorage(resilience),
 *   }),
 * });
 */
export function throttlerStorage(
  resilience: RedisResilience,
  options: ThrottlerStorageOptions = {},
): ThrottlerStorage {
  checkArgument('throttlerStorage.resilience', resilience, resilienceOf);
  checkOptions<ThrottlerStorageOptions>('throttlerStorage', options, {
    whenAway: oneOf('open', 'closed', 'local'),
    timeoutMs: durationOf(1),
    prefix: textOf,
    clock: clockOf,
  });
  const {
    whenAway = 'local',
    timeoutMs = limiterTimeoutMs,
    prefix = 'throttle:',
    clock = sourcesOf(resilience).clock,
  } = options;
  const counts = new LocalCounts<HitCount>(clock);
  return {
    async increment(key, ttlMs, limit, blockMs, throttlerName) {
      const name = `${throttlerName}:${key}`;
      const asked = await askLimiter(resilience, clock, timeoutMs, () =>
        countScript.run(resilience.client, prefix + name, String(ttlMs), String(limit), String(blockMs)),
      );
      const now = clock.wallNow();
      if (!asked.isAway) {
        const [hits, endsInMs, blockedForMs] = asked.answer as [number, number, number];
        const count = {
          hits,
          endsAt: now + endsInMs,
          blockedUntil: blockedForMs > 0 ? now + blockedForMs : 0,
        };
        if (whenAway === 'local') counts.set(name, count);
        return recordOf(count, now);
      }
      if (whenAway === 'closed') throw uncountedError(resilience);
      if (whenAway === 'open') return recordOf({ hits: 1, endsAt: now + ttlMs, blockedUntil: 0 }, now);
      const count = counts.update(name, (known) => countHit(known, now, { ttlMs, limit, blockMs }));
      return recordOf(count, now);
    },
  };
}

function recordOf({ hits, endsAt, blockedUntil }: HitCount, now: number): ThrottlerRecord {
  const isBlocked = blockedUntil > now;
  return {
    totalHits: hits,
    timeToExpire: secondsUntil(endsAt, now),
    isBlocked,
    timeToBlockExpire: isBlocked ? secondsUntil(blockedUntil, now) : 0,
  };
}

function secondsUntil(at: number, now: number): number {
  return Math.ceil((at - now) / 1000);
}
