import { createRedisResilience, protect } from '@redis-resilience/core';
import { startRedis, type RedisServer } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** Options that an application reads from environment variables or from JSON, where some are not set. */
const unset = [
  { host: null },
  { path: '' },
  { path: null },
  { sentinels: null },
  { commandTimeout: null },
  { commandTimeout: '' },
  { commandTimeout: '500' },
] as const;

describe('options with which plain ioredis connects are accepted', () => {
  it.each(unset)('by createRedisResilience(): %j', async (given) => {
    const options = { port: server.port, ...given } as object;
    const plain = new Redis(options);
    expect(await plain.ping()).toBe('PONG');
    plain.disconnect();
    const resilience = createRedisResilience(options, { logger: false });
    expect(await resilience.client.ping()).toBe('PONG');
    await resilience.close();
  });

  it.each(unset)('by protect(): %j', async (given) => {
    const client = new Redis({ port: server.port, ...given } as object);
    const resilience = protect(client, { logger: false });
    expect(await client.ping()).toBe('PONG');
    await resilience.close();
  });
});

it.each([0, '0'])('an unusable commandTimeout is named as such, also as a string: %j', (commandTimeout) => {
  expect(() => createRedisResilience({ commandTimeout } as object)).toThrow(
    'The option commandTimeout must be a number of milliseconds from 1 to 2147483647; given: 0.',
  );
});

it('a port that is no number is reported as one where nothing listens, which says to correct the port', async () => {
  const resilience = protect(new Redis({ port: 'tcp://10.0.0.1:6379' as never }), { logger: false });
  await expect(resilience.client.ping()).rejects.toMatchObject({ reason: 'connection-refused' });
  await resilience.close();
});
