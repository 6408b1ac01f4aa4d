import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, summaryOf } from '../stage/call-loop.ts';
import { errorAtOnce } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a server that is slow', () => {
  it('the circuit opens on the rate of slow calls, callers fail at once, and it closes by trials', async () => {
    await using redis = await startProtectedRedis();
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await loop.untilAnswered(50);

    redis.proxy.latency(300);
    await waitFor(() => redis.resilience.snapshot().circuit.read === 'open', { timeoutMs: 8_000 });
    const error = await errorAtOnce(redis.client.get('greeting'));
    const { cause, status } = redis.resilience.snapshot();
    redis.proxy.latency(0);
    await redis.until('up');

    await loop.finish();
    const refused = loop.errors.filter(({ code }) => code === 'CIRCUIT_OPEN');
    expect(cause?.code).toBe('slow');
    expect(status).not.toBe('up');
    expect(summaryOf(error)).toBe('CIRCUIT_OPEN: not-applied');
    expect(new Set(refused.map(summaryOf))).toEqual(new Set(['CIRCUIT_OPEN: not-applied']));
  });
});
