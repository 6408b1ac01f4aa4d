import { createRedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

it('the detail tells product, version and role of the server, also when the role changes', async () => {
  await using redis = await startProtectedRedis();
  await using other = await startRedis();
  const { resilience, client, server } = redis;
  await client.ping();
  expect(resilience.detail().server).toEqual({
    version: expect.stringMatching(/^(Redis|Valkey) \d+\.\d+/),
    role: 'primary',
  });

  const admin = new Redis(server.port, server.host);
  await admin.replicaof(other.host, other.port);
  await waitFor(async () => {
    await client.set('a', '1').catch(() => {});
    return resilience.detail().server?.role === 'replica';
  });
  await admin.replicaof('NO', 'ONE');
  await waitFor(() => resilience.detail().server?.role === 'primary');
  admin.disconnect();
});

it('a user without permission for INFO learns neither version nor role, and a server never reached has none', async () => {
  await using server = await startRedis();
  const admin = new Redis(server.port, server.host);
  await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~*', '+@all', '-info');
  admin.disconnect();
  const resilience = createRedisResilience(`redis://app:pass@${server.host}:${server.port}`);
  expect(resilience.detail().server).toBeUndefined();
  await resilience.ready();
  expect(resilience.detail().server).toEqual({ version: undefined, role: undefined });
  await resilience.close();
});
