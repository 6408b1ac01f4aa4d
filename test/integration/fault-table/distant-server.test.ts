import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

it.concurrent.each([60, 100, 200])(
  'a server %d ms away in each direction is no slow server: every call is answered, and the circuits stay closed',
  async (oneWayMs) => {
    await using redis = await startProtectedRedis();
    redis.proxy.latency(oneWayMs, { jitterMs: 50 });
    let failures = 0;
    for (let batch = 0; batch < 8; batch++) {
      const calls = Array.from({ length: 25 }, (_, index) => redis.client.set(`key:${index}`, 'value'));
      const settled = await Promise.allSettled(calls);
      failures += settled.filter(({ status }) => status === 'rejected').length;
    }
    expect(failures).toBe(0);
    expect(redis.resilience.snapshot().circuit).toEqual({ read: 'closed', write: 'closed' });
    expect(redis.resilience.snapshot().status).toBe('up');
  },
);
