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

/** Of which lock, and until when Redis may have it. */
export interface Release {
  readonly key: string;
  readonly token: string;
  readonly ttlMs: number;
  /** Whether Redis may get the acquisition only after this release. */
  readonly mayBeEarly: boolean;
}

/**
 * Releases a lock. When Redis does not answer, it is released as soon as Redis is back, in the background, for as long as
 * Redis may hold it: others need not wait for it to expire.
 *
 * @throws an error of core when the first attempt failed
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

// At the next change that lets writes through, and after a pause in any case.
async function untilServing(resilience: RedisResilience, clock: Clock): Promise<void> {
  const stop = new AbortController();
  const back = untilChange(resilience, clock, ({ writes }) => writes, { signal: stop.signal });
  await Promise.race([back.catch(ignore), pause(clock, retryMs)]);
  stop.abort();
}

function ignore(): void {
  // The lock expires.
}
