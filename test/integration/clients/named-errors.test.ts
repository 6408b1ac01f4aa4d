import { runWithBudget, type RedisResilience } from '@redis-resilience/core';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

const never = (): Promise<never> => new Promise(() => undefined);

const calls: Readonly<Record<string, (shop: RedisResilience<Redis>) => Promise<unknown>>> = {
  'a command': ({ client }) => client.get('a'),
  'an operation that takes too long': (shop) => shop.execute(never, { timeoutMs: 20 }),
  'a lease that takes too long': (shop) => shop.lease(never, { timeoutMs: 100 }),
  'applyOnce that takes too long': (shop) => shop.applyOnce({ id: 'one', timeoutMs: 20 }, 'incr', 'a'),
  'ready that takes too long': (shop) => {
    shop.isolate('a test');
    return shop.ready({ timeoutMs: 20 });
  },
  'a command after its budget': ({ client }) => runWithBudget(0, () => client.get('a')),
  'a command of a lost MULTI': async (shop) => {
    const own = shop.client.duplicate();
    await own.multi({ pipeline: false });
    own.disconnect(true);
    return own.exec();
  },
};

it.each(Object.entries(calls))('the error of %s names its connection', async (what, call) => {
  await using redis = await startProtectedRedis({ resilience: { name: 'shop', timeoutMs: 500 } });
  const needsServer = what.includes('lease') || what.includes('MULTI');
  if (!needsServer) await redis.server.freeze();
  expect(await errorOf(call(redis.resilience as RedisResilience<Redis>))).toMatchObject({
    connection: 'shop',
  });
});
