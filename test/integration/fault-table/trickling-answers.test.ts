import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { CallLoop, durationOf, summaryOf } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a connection on which answers only trickle', () => {
  it('is replaced, as new ones are fast', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.set('page', 'x'.repeat(200));
    const reads = new CallLoop(() => redis.client.get('page'));
    await reads.untilAnswered(20);
    const portBefore = redis.client.stream.localPort;

    redis.proxy.throttle(50, { incoming: false });
    await reads.untilAnswered(50);

    await reads.finish();
    expect(reads.failures.map(({ error }) => summaryOf(error))).toEqual([]);
    expect(Math.max(...reads.calls.map(durationOf))).toBeLessThan(1_000 + slackMs);
    expect(redis.client.stream.localPort).not.toBe(portBefore);
  });

  it('is kept while a long answer arrives at a steady pace', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 10_000 } });
    const page = 'x'.repeat(100_000);
    await redis.client.set('page', page);
    const portBefore = redis.client.stream.localPort;

    redis.proxy.throttle(50_000);
    expect(await redis.client.get('page')).toBe(page);

    expect(redis.client.stream.localPort).toBe(portBefore);
  });

  it('is well again when the last bytes come after a halt', async () => {
    await using redis = await startProtectedRedis({
      resilience: { timeoutMs: 5_000, admission: { patience: 'deadline' } },
    });
    await redis.client.set('page', 'x'.repeat(100));
    const { localPort: portBefore, bytesRead } = redis.client.stream;

    redis.proxy.cutAfter(50, { how: 'silence' });
    const page = redis.client.get('page');
    await waitFor(() => redis.client.stream.bytesRead > bytesRead);
    await redis.server.freeze();
    expect((await redis.until('down')).cause?.code).toBe('stalled');
    await redis.proxy.heal({ revive: true });

    expect(await page).toBe('x'.repeat(100));
    await redis.until('up');
    expect(redis.client.stream.localPort).toBe(portBefore);
    redis.server.thaw();
  });
});
