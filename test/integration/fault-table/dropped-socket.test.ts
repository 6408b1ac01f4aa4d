import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { CallLoop, durationOf, pass } from '../stage/call-loop.ts';
import { startProtectedRedis, waitUntilOnNewSocket } from '../stage/protected-redis.ts';

describe('a socket that is dropped in silence while new connections work', () => {
  it('the first retryable command on an idle connection succeeds', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 1_000 + slackMs } });
    await redis.client.set('greeting', 'hello');
    redis.proxy.blackhole({ existing: true });

    expect(await redis.client.get('greeting')).toBe('hello');
    expect(await redis.client.set('greeting', 'hello again')).toBe('OK');
    expect(redis.resilience.snapshot().status).toBe('up');
  });

  it('the first retryable command on a connection to a distant server succeeds within its deadline', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 1_000 + slackMs } });
    redis.proxy.latency(70);
    for (let call = 0; call < 10; call++) await redis.client.set('greeting', 'hello');
    redis.proxy.blackhole({ existing: true });

    expect(await redis.client.get('greeting')).toBe('hello');
  });

  it.each([
    ['incr', ['visits'], { incr: 'write-last-wins' }],
    ['eval', ["return redis.call('incr', KEYS[1])", 1, 'visits'], { eval: 'read' }],
  ] as const)(
    '%s succeeds if retry.categories says that it may run twice',
    async (name, args, categories) => {
      await using redis = await startProtectedRedis({
        resilience: { timeoutMs: 1_000 + slackMs, retry: { categories } },
      });
      await redis.client.ping();
      redis.proxy.blackhole({ existing: true });

      expect(await redis.client.call(name, ...args)).toBe(1);
    },
  );

  it('a ping on an idle connection finds it before a command does', async () => {
    await using redis = await startProtectedRedis({ resilience: { connection: { idlePingMs: 200 } } });
    const deadPort = redis.client.stream.localPort;
    redis.proxy.blackhole({ existing: true });

    await waitUntilOnNewSocket(redis.client, deadPort);
    const freshPort = redis.client.stream.localPort;

    expect(await redis.client.get('greeting')).toBeNull();
    expect(redis.client.stream.localPort).toBe(freshPort);
  });

  it('no reader or last-wins writer on a busy connection sees an error or waits past its deadline', async () => {
    await using redis = await startProtectedRedis();
    const reads = new CallLoop(() => redis.client.get('greeting'));
    const writes = new CallLoop(() => redis.client.set('greeting', 'hello'));
    await reads.untilAnswered(50);

    const deadPort = redis.client.stream.localPort;
    redis.proxy.blackhole({ existing: true });
    await reads.untilAnswered(50);

    await Promise.all([reads.finish(), writes.finish()]);
    expect(reads.failures.map(({ error }) => error)).toEqual([]);
    expect(writes.failures.map(({ error }) => error)).toEqual([]);
    expect(Math.max(...reads.calls.map(durationOf))).toBeLessThan(1_000 + slackMs);
    expect(redis.client.stream.localPort).not.toBe(deadPort);
  });

  it('new connections fall silent too: the first one that works is noticed at once', async () => {
    await using redis = await startProtectedRedis();
    const reads = new CallLoop(() => redis.client.get('greeting'));
    await reads.untilAnswered(20);
    redis.proxy.blackhole({ existing: true, incoming: true });
    await pass(3_500);
    const before = redis.proxy.accepted;
    await pass(500);
    const asked = redis.proxy.accepted - before;
    await redis.proxy.heal();
    const healedAt = performance.now();
    const answeredAt = await waitFor(() => reads.firstAnswerAfter(healedAt));
    await reads.finish();

    // Core tries a new connection every 100 ms, and then gives the old socket up to 200 ms to reply.
    expect(answeredAt - healedAt).toBeLessThan(300 + slackMs);
    expect(asked).toBeLessThanOrEqual(6);
  });

  it('an INCR without an answer says that it may have run, and is not sent again', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.incr('visits');
    redis.proxy.blackhole({ existing: true });

    const error = await redis.client.incr('visits').catch((reason: unknown) => reason);

    expect(error).toMatchObject({ outcome: 'unknown' });
    expect(await redis.server.command('GET', 'visits')).toBe('1');
    expect(await redis.client.incr('visits')).toBe(2);
  });

  it('a server that is only blocked by a slow command keeps its socket', async () => {
    await using redis = await startProtectedRedis({
      server: { config: { 'enable-debug-command': 'yes' } },
      resilience: { admission: { patience: 'deadline' } },
    });
    const slow = redis.server.command('DEBUG', 'SLEEP', '0.7');
    const portBefore = redis.client.stream.localPort;
    await redis.client.get('greeting');
    await slow;
    await redis.until('up');

    expect(redis.client.stream.localPort).toBe(portBefore);
  });
});
