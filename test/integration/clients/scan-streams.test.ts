import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

const names = Array.from({ length: 500 }, (_, index) => `user:${index}`);

describe('a stream of scans in an outage of a second', () => {
  it.concurrent.each<readonly [string, (client: Redis) => AsyncIterable<string[]>]>([
    ['scanStream()', (client) => client.scanStream({ count: 10 })],
    ['sscanStream()', (client) => client.sscanStream('users', { count: 10 })],
  ])('waits, and finds every element: %s', async (_by, streamOf) => {
    await using redis = await startProtectedRedis();
    await redis.client.mset(names.flatMap((name) => [name, '1']));
    await redis.client.sadd('users', ...names);
    let isOutage = true;
    const found = new Set<string>();
    for await (const elements of streamOf(redis.client)) {
      for (const element of elements) found.add(element);
      if (!isOutage) continue;
      isOutage = false;
      await redis.proxy.refuse({ reset: true });
      void pass(1_000).then(() => redis.proxy.accept());
    }
    expect([...found]).toEqual(expect.arrayContaining(names));
  });

  it('ends at once when its client is taken out of use', async () => {
    await using redis = await startProtectedRedis();
    redis.resilience.isolate('maintenance');
    const scan = async (): Promise<void> => {
      for await (const _ of redis.client.scanStream()) expect.unreachable();
    };
    await expect(scan()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', reason: 'isolated' });
  });
});
