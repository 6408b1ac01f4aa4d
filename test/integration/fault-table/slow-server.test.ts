import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, summaryOf } from '../stage/call-loop.ts';
import { errorAtOnce } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a server that is slow', () => {
  it('answers every plain call, operations take their fallbacks meanwhile, and the circuit closes by trials', async () => {
    await using redis = await startProtectedRedis();
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await loop.untilAnswered(50);

    redis.proxy.latency(300);
    await waitFor(() => redis.resilience.snapshot().circuit.read === 'open', { timeoutMs: 8_000 });
    const { cause, status } = redis.resilience.snapshot();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        redis.resilience.execute((client) => client.get('greeting'), { fallback: () => 'fallback' }),
      ),
    );
    redis.proxy.latency(0);
    await redis.until('up');

    await loop.finish();
    expect(cause?.code).toBe('slow');
    expect(status).not.toBe('up');
    expect(answers.filter((answer) => answer === 'fallback')).toHaveLength(3);
    expect(loop.errors).toEqual([]);
  });

  it('is relieved of three calls in four beyond a configured limit, which fail at once', async () => {
    await using redis = await startProtectedRedis({ resilience: { circuit: { slowMs: 200 } } });
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await loop.untilAnswered(50);

    redis.proxy.latency(120);
    await waitFor(() => redis.resilience.snapshot().circuit.read === 'open', { timeoutMs: 8_000 });
    const error = await errorAtOnce(redis.client.get('greeting'));
    redis.proxy.latency(0);
    await redis.until('up');

    await loop.finish();
    expect(summaryOf(error)).toBe('CIRCUIT_OPEN: not-applied');
    const refused = loop.errors.filter(({ code }) => code === 'CIRCUIT_OPEN');
    expect(new Set(refused.map(summaryOf))).toEqual(new Set(['CIRCUIT_OPEN: not-applied']));
  });
});
