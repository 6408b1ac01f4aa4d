import { waitFor } from '@redis-resilience/testing';
import { describe, expect, test } from 'vitest';
import { CallLoop, durationOf, summaryOf } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a server that is slow', () => {
  test('the circuit opens on the rate of slow calls, callers fail at once, and it closes by trials', async () => {
    await using redis = await startProtectedRedis();
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await loop.untilAnswered(50);

    redis.proxy.latency(250);
    await waitFor(() => redis.resilience.snapshot().circuit.read === 'open', { timeoutMs: 8_000 });
    const openAt = performance.now();
    await waitFor(() => loop.between(openAt + 50, Infinity).some(({ error }) => error !== undefined));
    const { cause, status } = redis.resilience.snapshot();
    redis.proxy.latency(0);
    const quickAt = performance.now();
    await redis.until('up');

    const recoveryMs = performance.now() - quickAt;
    await loop.finish();
    const refused = loop.errors.filter(({ code }) => code === 'CIRCUIT_OPEN');
    expect(cause?.code).toBe('slow');
    expect(status).not.toBe('up');
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(summaryOf))).toEqual(new Set(['CIRCUIT_OPEN: not-applied']));
    const refusedCalls = loop.calls
      .filter(({ error }) => summaryOf(error).startsWith('CIRCUIT_OPEN'))
      .map(durationOf);
    expect(refusedCalls.toSorted((a, b) => a - b)[Math.floor(refusedCalls.length / 2)]).toBeLessThan(2);
    expect(recoveryMs).toBeLessThan(3_000);
  });
});
