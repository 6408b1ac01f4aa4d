import { createRedisResilience, protect, type RedisResilience } from '@redis-resilience/core';
import { startProxy, startSentinel, waitFor, type ChaosProxy } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { errorOf } from '../stage/outcome-of.ts';

interface Target {
  readonly sentinels: { host: string; port: number }[];
  readonly name: string;
}

describe('sentinels that accept connections and do not answer', () => {
  it.concurrent.each<readonly [string, (options: Target) => RedisResilience]>([
    ['createRedisResilience()', (options) => createRedisResilience(options, { logger: false })],
    ['protect()', (options) => protect(new Redis(options), { logger: false })],
  ])('are asked again all the time, and their first answers are enough: %s', async (_by, connect) => {
    await using group = await startSentinel();
    const proxies = await Promise.all(group.sentinels.map((target) => startProxy({ target })));
    for (const proxy of proxies) proxy.blackhole({ incoming: true });
    const sentinels = proxies.map(({ host, port }) => ({ host, port }));
    const resilience = connect({ sentinels, name: group.name });
    try {
      await waitFor(() => resilience.snapshot().cause?.code === 'sentinel');
      expect(await errorOf(resilience.client.set('greeting', 'hello'))).toMatchObject({ reason: 'sentinel' });

      await Promise.all(proxies.map((proxy) => proxy.heal()));
      const healedAt = performance.now();
      await resilience.ready({ timeoutMs: 10_000 });

      // The sentinels are asked every 250 ms; a connection attempt that is not repeated would take 5 s.
      expect(performance.now() - healedAt).toBeLessThan(1_000 + slackMs);
      expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    } finally {
      await resilience.close({ drainMs: 0 });
      await Promise.all(proxies.map((proxy: ChaosProxy) => proxy.close()));
    }
  });
});
