import { describe, expect, test } from 'vitest';
import { CallLoop, durationOf, pass } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a server that is frozen for two seconds', () => {
  test('callers wait up to the deadline, then fail at once; the socket stays', async () => {
    await using redis = await startProtectedRedis();
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await loop.untilAnswered(20);
    const { attempts } = redis.resilience.snapshot();
    const portBefore = redis.client.stream.localPort;

    const frozenAt = performance.now();
    await redis.server.freeze();
    await redis.until('down');
    const { cause, connection } = redis.resilience.snapshot();
    await pass(2_000 - (performance.now() - frozenAt));
    redis.server.thaw();
    const backAt = performance.now();
    await loop.untilAnswered(20);

    await loop.finish();
    const late = loop.between(frozenAt + 1_300, frozenAt + 1_900).map(durationOf);
    expect({ cause: cause?.code, connection }).toEqual({ cause: 'stalled', connection: 'stalled' });
    expect(late.toSorted((a, b) => a - b)[Math.floor(late.length / 2)]).toBeLessThan(2);
    expect(Math.max(...loop.calls.map(durationOf))).toBeLessThan(2_000);
    expect((loop.firstAnswerAfter(backAt) ?? Infinity) - backAt).toBeLessThan(300);
    expect(redis.resilience.snapshot().attempts).toBe(attempts);
    expect(redis.client.stream.localPort).toBe(portBefore);
  });

  test('a timed-out command that waited is never run later', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.freeze();
    const sent = redis.client.set('sent', '1').catch((error: unknown) => error);
    await redis.until('down');
    const refused = await errorOf(redis.client.incr('visits'));

    redis.server.thaw();
    await redis.until('up');

    expect(refused).toMatchObject({ outcome: 'not-applied' });
    expect(await redis.server.command('GET', 'visits')).toBeNull();
    await sent;
  });

  test('an INCR in flight says whether it may have run', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 400 } });
    await redis.server.freeze();
    const error = await errorOf(redis.client.incr('visits'));
    redis.server.thaw();
    await redis.until('up');

    expect(error).toMatchObject({ code: 'COMMAND_TIMEOUT', outcome: 'unknown' });
    expect(await redis.client.get('visits')).toBe('1');
  });

  test('a transaction that was watched on the kept socket still has its guard', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.watch('stock');
    await redis.server.freeze();
    const read = redis.client.get('stock').catch((error: unknown) => error);
    await redis.until('down');
    redis.server.thaw();
    await redis.until('up');
    await read;
    await redis.server.command('SET', 'stock', 'changed by another');

    const reply = await redis.client
      .multi()
      .set('stock', 'mine')
      .exec()
      .catch((error: unknown) => error);

    expect(reply === null || (reply as { code?: string }).code === 'WATCH_LOST').toBe(true);
    expect(await redis.client.get('stock')).toBe('changed by another');
  });
});
