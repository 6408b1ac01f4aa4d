import { createRedisResilience, protect } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

it.each(['right', 'wrong'])('a password that is a number is sent as text: the %s one', async (which) => {
  await using server = await startRedis({ password: '1234' });
  const options = {
    host: server.host,
    port: server.port,
    password: (which === 'right' ? 1234 : 4321) as never,
  };
  const created = createRedisResilience(options, { logger: false });
  const protectedOne = protect(new Redis(options), { logger: false });

  for (const resilience of [created, protectedOne]) {
    if (which === 'right') {
      await resilience.ready({ timeoutMs: 5_000 });
      expect(await resilience.client.set('views', 1)).toBe('OK');
    } else {
      await expect(resilience.ready({ timeoutMs: 1_000 })).rejects.toMatchObject({ reason: 'auth' });
    }
    await resilience.close();
  }
});
