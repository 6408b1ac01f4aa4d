import { protect } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import * as ioredis5 from 'ioredis-5';
import * as ioredis56 from 'ioredis-5-6';
import { expect, it } from 'vitest';

const drivers = [
  ['5.11', ioredis5],
  ['5.6.0', ioredis56],
] as const;

it.each(drivers)('asked for RESP3, ioredis %s speaks the RESP2 it knows', async (_version, driver) => {
  await using server = await startRedis();
  const options = { host: server.host, port: server.port, protocol: 3 };
  const client = new driver.Redis(options) as unknown as Redis;
  const resilience = protect(client);
  await resilience.ready({ timeoutMs: 5_000 });
  await client.hset('order', { state: 'paid' });
  expect(await client.hgetall('order')).toEqual({ state: 'paid' });
  expect(String(await client.client('LIST'))).not.toContain('resp=3');

  await server.restart();
  await waitFor(() => resilience.snapshot().status === 'up');
  expect(await client.set('order:2', 'open')).toBe('OK');
  expect(String(await client.client('LIST'))).not.toContain('resp=3');
  await resilience.close();
});
