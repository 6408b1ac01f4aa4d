import { runWithBudget } from '@redis-resilience/core';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

it.each<[string, (client: Redis) => Promise<unknown>]>([
  ['BLPOP', (client) => client.blpop('jobs', 0)],
  ['BLMOVE through call()', (client) => client.call('BLMOVE', 'jobs', 'done', 'LEFT', 'RIGHT', '0')],
  ['XREAD BLOCK', (client) => client.xread('BLOCK', 0, 'STREAMS', 'events', '$')],
  ['BLPOP in a pipeline', (client) => client.pipeline().get('a').blpop('jobs', 0).exec()],
  ['WAIT', (client) => client.wait(1, 0)],
])(
  'a connection is not lent again while the server still holds %s, cut by the budget',
  async (_what, call) => {
    await using redis = await startProtectedRedis({ resilience: { logger: false, pool: { max: 1 } } });
    const { resilience } = redis;

    await runWithBudget(200, () => resilience.lease((client) => call(client)).catch(() => undefined));
    const pushed = await resilience.lease((client) => client.rpush('jobs', 'one'), { timeoutMs: 1_000 });
    await resilience.lease((client) => client.get('a'), { timeoutMs: 1_000 });

    expect(pushed).toBe(1);
    expect(await redis.server.command('LLEN', 'jobs')).toBe(1);
  },
);
