import { ConfigurationError, createRedisResilience, isRedisResilienceError } from '@redis-resilience/core';
import { createCache } from '@redis-resilience/fallback/cache';
import { createLocks } from '@redis-resilience/fallback/locks';
import { startRedis } from '@redis-resilience/testing';
import { Finding, settledWithin } from './finding.js';
import { pick } from './resp-grammar.js';

const pieces: readonly string[] = [
  'a', 'A', ':', '{', '}', '*', '?', '[', ' ', '\n', '\r\n', '\0', '\ud800', '\udc00', '\ufffd', 'é', 'e\u0301', '\u202e', '__proto__',
  'constructor', '$3\r\nfoo', '%00', '..', '/', 'x'.repeat(5_000),
]; // prettier-ignore
const others: readonly unknown[] = [
  undefined, null, 0, Number.NaN, 1n, true, '', [], ['a'], {}, { toString: 1 }, { toString: () => 'a' }, Object.create(null),
  Symbol('s'), Buffer.from('a'), new Date(0), () => 'a',
]; // prettier-ignore

/** Uses keys of all kinds for the cache and the locks: each key must be refused or have its own value. */
export async function fuzzKeys(random: () => number): Promise<number> {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, { logger: false });
  const cache = createCache(resilience, { ttlMs: 60_000 });
  const locks = createLocks(resilience);
  const loaded = new Map<unknown, number>();
  try {
    for (let tries = 0; tries < 60; tries++) {
      const key = (random() < 0.2 ? pick(random, others) : keyOf(random)) as string;
      const value = await answerOf(cache.getOrLoad(key, () => Promise.resolve(tries)));
      const owner = [...loaded].find(([, each]) => each === value)?.[0];
      if (value !== undefined && value !== tries && owner !== key)
        throw new Finding('A key of the cache got the value of another');
      if (value === tries) loaded.set(key, tries);
      if (random() < 0.2) await answerOf(cache.invalidate(key));
      if (random() < 0.2) await answerOf(cache.set(key, value));
      const ran = await answerOf(locks.run(key, () => Promise.resolve('ran')));
      if (ran !== 'ran' && value !== undefined) throw new Finding('A lock that nobody holds was not given');
    }
  } finally {
    cache.close();
    await resilience.close({ drainMs: 0 });
  }
  return 60;
}

function keyOf(random: () => number): string {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, pieces)).join('');
}

/** Returns the value of a call; undefined if the key was refused. */
async function answerOf<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await settledWithin('A call with an odd key', call, 5_000);
  } catch (error) {
    if (error instanceof ConfigurationError || isRedisResilienceError(error)) return undefined;
    throw new Finding(`An odd key led to ${String(error)}`, { cause: error });
  }
}
