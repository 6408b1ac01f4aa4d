import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { redisDelivery } from '../../../packages/fallback/src/outbox/redis-delivery.ts';
import type { OutboxEntry } from '../../../packages/fallback/src/outbox/write/entry.ts';

it('sets an element of a list once, since another write may have moved it when the write is sent again', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url);
  const { client } = resilience;
  await client.rpush('list', 'a', 'b');
  const entry: OutboxEntry = {
    seq: 1,
    id: 'one',
    hasOwnId: false,
    command: 'lset',
    args: ['list', '0', 'A'],
    key: 'list',
    createdAt: 0,
    bytes: 0,
    database: undefined,
  };
  const { deliver } = redisDelivery(resilience);

  await deliver(entry);
  await client.lpush('list', 'new');
  await deliver(entry);

  expect(await client.lrange('list', 0, -1)).toEqual(['new', 'A', 'b']);
  await resilience.close();
});
