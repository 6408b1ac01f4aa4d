import { waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { CallLoop, summaryOf } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a server that loads its data', () => {
  it('is down with its cause, and no LOADING reaches a caller', async () => {
    await using redis = await startProtectedRedis({ server: { keep: true } });
    await redis.client.set('greeting', 'hello');
    const loop = new CallLoop(() => redis.client.get('greeting'));

    await redis.server.restart({ loadingMs: 1_500, waitUntil: 'listening' });
    await waitFor(() => redis.resilience.snapshot().cause?.code === 'loading');
    const error = await errorOf(redis.client.set('greeting', 'never'));
    const { status } = redis.resilience.snapshot();
    await redis.server.waitUntilAnswering();
    await redis.until('up');
    await loop.untilAnswered(5);

    await loop.finish();
    expect(status).toBe('down');
    expect(error).toMatchObject({ reason: 'loading', outcome: 'not-applied' });
    expect(
      loop.failures.map(({ error: reason }) => summaryOf(reason)).filter((text) => /LOADING/.test(text)),
    ).toEqual([]);
    expect(await redis.client.get('greeting')).toBe('hello');
  });

  it('a short load is waited for', async () => {
    await using redis = await startProtectedRedis({
      server: { keep: true },
      resilience: { timeoutMs: 10_000, admission: { maxWaitMs: 10_000 } },
    });
    await redis.client.set('greeting', 'hello');
    // The test listens for changes instead of polling, because a busy process might poll only after the load has ended.
    const causes: unknown[] = [];
    redis.resilience.on('change', ({ snapshot }) => causes.push(snapshot.cause?.code));
    await redis.server.restart({ loadingMs: 1_000, waitUntil: 'listening' });

    expect(await redis.client.get('greeting')).toBe('hello');
    expect(causes).toContain('loading');
  });
});

describe('a server that runs a slow script', () => {
  it('is down with the cause busy, and BUSY reaches nobody', async () => {
    await using redis = await startProtectedRedis({ server: { config: { 'busy-reply-threshold': 50 } } });
    const { attempts } = redis.resilience.snapshot();
    const script = redis.server.command('EVAL', 'while true do end', 0).catch(() => undefined);
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await waitFor(() => redis.resilience.snapshot().cause?.code === 'busy');

    await killScript(redis.server.port);
    await script;
    await redis.until('up');
    await loop.untilAnswered(5);

    await loop.finish();
    expect(loop.failures.map(({ error }) => summaryOf(error)).filter((text) => /BUSY/.test(text))).toEqual(
      [],
    );
    expect(redis.resilience.snapshot().attempts).toBe(attempts);
  });
});

async function killScript(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { enableReadyCheck: false });
  client.on('error', () => undefined);
  await client.script('KILL');
  client.disconnect();
}
