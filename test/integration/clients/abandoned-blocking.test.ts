import { createRedisResilience, runWithBudget } from '@redis-resilience/core';
import { startCluster, waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

type Cut = (redis: Redis) => Promise<unknown>;

const ways: [string, Cut][] = [
  ['BLPOP without a timeout', (redis) => runWithBudget(100, () => redis.blpop('jobs', 0))],
  [
    'the budget, in a pipeline',
    (redis) => runWithBudget(100, () => redis.pipeline().blpop('jobs', 0).exec()),
  ],
  ['BRPOP of 20 seconds', (redis) => runWithBudget(100, () => redis.brpop('jobs', 20))],
];

it.each(ways)(
  '%s, ended by the budget of its request, holds up nobody and takes nothing',
  async (_what, cut) => {
    await using redis = await startProtectedRedis({ resilience: { logger: false } });
    await cut(redis.client).catch(() => undefined);

    // If the connection were still blocked, RPUSH would wait behind the blocking call.
    expect(await redis.client.rpush('jobs', 'one')).toBe(1);

    expect(await redis.client.llen('jobs')).toBe(1);
    expect(redis.resilience.snapshot()).toMatchObject({ status: 'up', outages: 0 });
  },
);

it('a user who may not unblock connections gets a new connection instead', async () => {
  await using redis = await startProtectedRedis({ resilience: { logger: false } });
  await redis.server.command('ACL', 'SETUSER', 'default', '-client|unblock');
  await runWithBudget(100, () => redis.client.blpop('jobs', 0)).catch(() => undefined);

  await waitFor(
    () =>
      redis.client.set('a', '1').then(
        () => true,
        () => false,
      ),
    { message: 'an answer' },
  );

  await redis.server.command('RPUSH', 'jobs', 'one');
  await waitFor(async () => (await redis.server.command('LLEN', 'jobs')) === 1, { message: 'the element' });
});

it('in a Cluster, it holds up nobody either', async () => {
  await using cluster = await startCluster();
  const resilience = createRedisResilience({ cluster: cluster.addresses }, { logger: false });
  try {
    await resilience.ready({ timeoutMs: 5_000 });
    await runWithBudget(200, () => resilience.client.blpop('jobs', 0)).catch(() => undefined);
    expect(await resilience.client.rpush('jobs', 'one')).toBe(1);
    expect(await resilience.client.llen('jobs')).toBe(1);
  } finally {
    await resilience.close({ drainMs: 0 });
  }
});
