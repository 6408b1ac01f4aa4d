import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { CallLoop, durationOf, pass } from '../stage/call-loop.ts';
import { errorAtOnce, errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';

describe('a server that is frozen', () => {
  it('reads wait until the server is found to be away, then fail at once; the socket stays', async () => {
    await using redis = await startProtectedRedis();
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await loop.untilAnswered(20);
    const { attempts } = redis.resilience.snapshot();
    const portBefore = redis.client.stream.localPort;

    await redis.server.freeze();
    await redis.until('down');
    const { cause, connection } = redis.resilience.snapshot();
    const waited = await errorOf(redis.client.get('greeting'));
    const refused = await errorAtOnce(redis.client.get('greeting'));
    await waitFor(() => loop.failures.length > 100);
    redis.server.thaw();
    await loop.untilAnswered(20);

    await loop.finish();
    expect({ cause: cause?.code, connection }).toEqual({ cause: 'stalled', connection: 'stalled' });
    expect([waited, refused]).toMatchObject([{ reason: 'stalled' }, { reason: 'stalled' }]);
    expect(new Set(loop.errors.map(({ code, reason }) => `${code} ${reason}`))).toEqual(
      new Set(['REDIS_UNAVAILABLE stalled']),
    );
    expect(Math.max(...loop.calls.map(durationOf))).toBeLessThan(1_000 + slackMs);
    expect(redis.resilience.snapshot().attempts).toBe(attempts);
    expect(redis.client.stream.localPort).toBe(portBefore);
  });

  it('a call with a fallback takes it once the server is found to be away; patience until the deadline waits', async () => {
    await using redis = await startProtectedRedis();
    await using patient = await startProtectedRedis({ resilience: { admission: { patience: 'deadline' } } });
    await redis.server.freeze();
    await patient.server.freeze();
    const answer = redis.resilience.execute<unknown>(() => redis.client.get('greeting'), {
      fallback: (error) => error,
    });
    const waited = errorOf(patient.client.get('greeting'));

    expect(await answer).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'stalled' });
    expect(await waited).toMatchObject({ code: 'COMMAND_TIMEOUT', reason: 'stalled' });
    redis.server.thaw();
    patient.server.thaw();
  });

  it('a timed-out command that waited is never run later', async () => {
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

  it('an INCR in flight says whether it may have run', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 400 } });
    await redis.server.freeze();
    const error = await errorOf(redis.client.incr('visits'));
    redis.server.thaw();
    await redis.until('up');

    expect(error).toMatchObject({ code: 'COMMAND_TIMEOUT', outcome: 'unknown' });
    expect(await redis.client.get('visits')).toBe('1');
  });

  it.each([
    ['is not', null, 'changed by another'],
    ['is', [[null, 'OK']], 'mine'],
  ])('a WATCH outlasts a freeze: its transaction %s run', async (_, replies, stock) => {
    await using redis = await startProtectedRedis();
    await redis.client.watch('stock');
    const portBefore = redis.client.stream.localPort;
    await redis.server.freeze();
    const read = redis.client.get('stock').catch((error: unknown) => error);
    await redis.until('down');
    redis.server.thaw();
    await redis.until('up');
    await read;
    if (replies === null) await redis.server.command('SET', 'stock', stock);

    expect(redis.client.stream.localPort).toBe(portBefore);
    expect(await redis.client.multi().set('stock', 'mine').exec()).toEqual(replies);
    expect(await redis.client.get('stock')).toBe(stock);
  });

  it('does not run the handshakes that were given up before it resumes', async () => {
    await using redis = await startProtectedRedis({ isDirect: true });
    await redis.server.freeze();
    const read = redis.client.get('greeting').catch((error: unknown) => error);
    await redis.until('down');
    await pass(1_500);
    redis.server.thaw();
    await redis.until('up');
    await read;

    // Of about ten: those of the client, of the first second connection and of the latest one beside it, and two that may
    // begin while the server resumes.
    expect(await handshakesOf(redis)).toBeLessThanOrEqual(5);
  });
});

async function handshakesOf({ server }: ProtectedRedis): Promise<number> {
  const stats = String(await server.command('INFO', 'commandstats'));
  return Number(/cmdstat_client\|id:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
