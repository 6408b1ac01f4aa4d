import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway, pause, untilChange } from '@redis-resilience/core/kit';
import { Script } from '../script.ts';
import { isRefusedForNow } from '../server-refusal.ts';

const releaseScript = new Script(`
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'holder', 'ends')
return 1
`);

const retryMs = 250;
const lateAnswers = 4;

/** The lock to release, and how long Redis may hold it. */
export interface Release {
  readonly key: string;
  readonly token: string;
  readonly ttlMs: number;
  /** Whether the request to acquire the lock got no reply, so that Redis may receive the release first. */
  readonly mayBeEarly: boolean;
}

/**
 * Releases a lock, so that others need not wait until it expires. If Redis does not reply, further attempts are made in
 * the background when Redis is back, until the lock must have expired in Redis.
 *
 * @throws one of core's errors when the first attempt failed
 */
export async function release(resilience: RedisResilience, clock: Clock, lock: Release): Promise<void> {
  const giveUpAt = clock.now() + lock.ttlMs;
  try {
    const wasHeld = await tryRelease(resilience, lock);
    if (!wasHeld && lock.mayBeEarly) releaseLater(resilience, clock, lock, giveUpAt).catch(ignore);
  } catch (error) {
    if (mayWorkLater(error)) releaseLater(resilience, clock, lock, giveUpAt).catch(ignore);
    throw error;
  }
}

async function releaseLater(
  resilience: RedisResilience,
  clock: Clock,
  lock: Release,
  giveUpAt: number,
): Promise<void> {
  let answersLeft = lock.mayBeEarly ? lateAnswers : 1;
  while (answersLeft > 0) {
    await untilServing(resilience, clock);
    if (clock.now() >= giveUpAt || resilience.snapshot().connection === 'ended') return;
    try {
      if (await tryRelease(resilience, lock)) return;
      answersLeft--;
    } catch (error) {
      if (!mayWorkLater(error)) throw error;
    }
  }
}

async function tryRelease({ client }: RedisResilience, { key, token }: Release): Promise<boolean> {
  return (await releaseScript.run(client, key, token)) === 1;
}

function mayWorkLater(error: unknown): boolean {
  return isAway(error) || isRefusedForNow(error);
}

// Resolves when Redis next becomes writable, and after a short pause in any case.
async function untilServing(resilience: RedisResilience, clock: Clock): Promise<void> {
  const stop = new AbortController();
  const back = untilChange(resilience, clock, ({ writes }) => writes, { signal: stop.signal });
  await Promise.race([back.catch(ignore), pause(clock, retryMs)]);
  stop.abort();
}

function ignore(): void {
  // Nothing to do: the lock expires.
}
