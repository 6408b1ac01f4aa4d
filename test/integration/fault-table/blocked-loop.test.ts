import { describe, expect, it } from 'vitest';
import { summaryOf } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('an event loop that is blocked', () => {
  it('no deadline fires on an answer that already lies in the socket', async () => {
    await using redis = await startProtectedRedis({ isDirect: true, resilience: { timeoutMs: 200 } });
    const { attempts } = redis.resilience.snapshot();
    await redis.client.set('greeting', 'hello');
    const failures: unknown[] = [];

    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 20 }, () =>
        redis.client.get('greeting').catch((error: unknown) => failures.push(error)),
      );
      // The commands are sent before the event loop is blocked.
      await new Promise((resolve) => setImmediate(resolve));
      block(500);
      await Promise.all(calls);
    }

    expect(failures.map(summaryOf)).toEqual([]);
    expect(redis.resilience.snapshot()).toMatchObject({ status: 'up', attempts });
  });

  it('no outage and no slow server is told', async () => {
    await using redis = await startProtectedRedis({ isDirect: true });
    const outages: unknown[] = [];
    redis.resilience.on('outage', (outage) => outages.push(outage));
    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 20 }, () => redis.client.get('greeting'));
      await new Promise((resolve) => setImmediate(resolve));
      block(300);
      await Promise.all(calls);
    }

    expect(outages).toEqual([]);
    expect(redis.resilience.snapshot().circuit).toEqual({ read: 'closed', write: 'closed' });
  });
});

function block(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}
