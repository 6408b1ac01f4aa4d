import { freePort } from '@redis-resilience/testing';
import { createRedisResilience } from '@redis-resilience/core';
import { expect, it } from 'vitest';

it('the error event of a client comes once for each cause of an outage, not once for each attempt', async () => {
  const resilience = createRedisResilience({ port: await freePort() });
  const errors: Error[] = [];
  resilience.client.on('error', (error: Error) => errors.push(error));
  let attempts = 0;
  await new Promise<void>((resolve) => {
    resilience.on('attempt', ({ cause }) => {
      expect(cause).toBe('connection-refused');
      if (++attempts === 12) resolve();
    });
  });
  await resilience.close();

  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toMatch(/ECONNREFUSED/);
});
