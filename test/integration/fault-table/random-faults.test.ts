import { isRedisResilienceError } from '@redis-resilience/core';
import { waitFor } from '@redis-resilience/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';

/** One fault, and the pause after it. */
interface Fault {
  readonly name: keyof typeof acts;
  readonly size: number;
  readonly pauseMs: number;
}

const acts = {
  reset: ({ proxy }: ProtectedRedis) => proxy.reset(),
  drop: ({ proxy }: ProtectedRedis) => proxy.blackhole({ existing: true }),
  'cut to the client': ({ proxy }: ProtectedRedis, size: number) => proxy.cutAfter(size),
  'cut to the server': ({ proxy }: ProtectedRedis, size: number) =>
    proxy.cutAfter(size, { direction: 'toServer', how: size % 2 === 0 ? 'reset' : 'end' }),
  latency: ({ proxy }: ProtectedRedis, size: number) => proxy.latency(size / 5),
  'kill the client': ({ server }: ProtectedRedis) =>
    server.command('CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'yes'),
  'pause writes': ({ server }: ProtectedRedis, size: number) =>
    server.command('CLIENT', 'PAUSE', size, 'WRITE'),
  'refuse writes': async ({ server }: ProtectedRedis, size: number) => {
    await server.command('CONFIG', 'SET', 'min-replicas-to-write', 1);
    await pass(size);
    await server.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
  },
  freeze: async ({ server }: ProtectedRedis, size: number) => {
    await server.freeze();
    await pass(size);
    server.thaw();
  },
} as const;

const fault = fc.record<Fault>({
  name: fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[])),
  size: fc.integer({ min: 0, max: 250 }),
  pauseMs: fc.integer({ min: 0, max: 60 }),
});

describe('any faults in any order', () => {
  it('the server holds every write that was acknowledged, and none that cannot have run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 5 }), async (faults) => {
        await using redis = await startProtectedRedis({ resilience: { timeoutMs: 600 } });
        const { client } = redis;
        let [acknowledged, unknown, settled, issued] = [0, 0, 0, 0];
        const strange: unknown[] = [];
        const timer = setInterval(() => {
          issued++;
          const call = issued % 3 === 0 ? client.multi().incr('visits').exec() : client.incr('visits');
          (call as Promise<unknown>)
            .then(
              () => acknowledged++,
              (error: unknown) => {
                if (!isRedisResilienceError(error)) strange.push(error);
                else if (error.outcome === 'unknown') unknown++;
              },
            )
            .finally(() => settled++);
        }, 2);
        for (const { name, size, pauseMs } of faults) {
          await acts[name](redis, size);
          await pass(pauseMs);
        }
        clearInterval(timer);
        await redis.proxy.heal();
        await redis.until('up', 8_000);
        await waitFor(() => settled === issued, { timeoutMs: 2_000, message: 'every call to settle' });
        const total = Number(await redis.server.command('GET', 'visits'));

        expect(strange).toEqual([]);
        expect(total).toBeGreaterThanOrEqual(acknowledged);
        expect(total).toBeLessThanOrEqual(acknowledged + unknown);
      }),
      { seed: 11, numRuns: 12, endOnFailure: true },
    );
  });
});
