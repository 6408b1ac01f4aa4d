import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { pass } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a blocking call', () => {
  it.concurrent('is not cut short by the deadline of ordinary commands', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: slackMs } });
    const [popped, moved, read] = [
      redis.client.duplicate(),
      redis.client.duplicate(),
      redis.client.duplicate(),
    ];
    const issuedAt = performance.now();

    const answers = await Promise.all(
      [
        popped.blpop('queue', 1.5),
        moved.brpoplpush('queue', 'other', 1.5),
        read.xread('BLOCK', 1_500, 'STREAMS', 'events', '$'),
      ].map((call) => (call as Promise<unknown>).catch((error: unknown) => error)),
    );

    // Redis 7.0 also accepts a fractional timeout for BRPOPLPUSH.
    expect(answers).toEqual([null, null, null]);
    expect(performance.now() - issuedAt).toBeGreaterThan(1_400);
    expect(redis.resilience.snapshot()).toMatchObject({
      status: 'up',
      circuit: { read: 'closed', write: 'closed' },
    });
    for (const each of [popped, moved, read]) each.disconnect();
  });

  it.concurrent('that is answered when a server thaws lets the commands after it run', async () => {
    await using redis = await startProtectedRedis({ isDirect: true });
    const { client, server } = redis;
    const worker = client.duplicate();
    await worker.ping();
    const popped = worker.blpop('queue', 1);
    await waitFor(async () => /blocked_clients:1/.test(String(await server.command('INFO', 'clients'))));
    await server.freeze();
    expect(await errorOf(client.incr('count'))).toMatchObject({ outcome: 'unknown' });
    expect(await errorOf(client.incr('count'))).toMatchObject({ reason: 'stalled', outcome: 'not-applied' });
    server.thaw();
    const after = popped.then(() => Promise.allSettled(Array.from({ length: 4 }, () => client.get('other'))));
    expect(await popped).toBeNull();
    expect(await after).toEqual(Array.from({ length: 4 }, () => ({ status: 'fulfilled', value: null })));
    worker.disconnect();
  });

  it.concurrent('waits for ever without a timeout, and is answered', async () => {
    await using redis = await startProtectedRedis({
      resilience: { timeoutMs: 200, connection: { idlePingMs: 100 } },
    });
    const worker = redis.client.duplicate();
    let isAnswered = false;
    const call = worker.blpop('queue', 0).finally(() => (isAnswered = true));
    await waitFor(async () => String(await redis.server.command('CLIENT', 'LIST')).includes('cmd=blpop'));
    await pass(1_200);
    const wasAnswered = isAnswered;
    await redis.client.rpush('queue', 'job');

    expect(wasAnswered).toBe(false);
    expect(await call).toEqual(['queue', 'job']);
    worker.disconnect();
  });

  it.concurrent('does not wait for ever on a connection that dies in silence', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: slackMs } });
    const worker = redis.client.duplicate();
    await worker.ping();
    const call = errorOf(worker.blpop('queue', 0.5), 6_000);
    await waitFor(async () => String(await redis.server.command('CLIENT', 'LIST')).includes('cmd=blpop'));
    redis.proxy.blackhole({ existing: true });

    expect(await call).toMatchObject({ outcome: 'unknown' });
    expect(await worker.get('greeting')).toBeNull();
    worker.disconnect();
  });

  it.concurrent(
    'fails as unknown when its answer was lost in a dead socket, and the loop around it goes on',
    async () => {
      await using redis = await startProtectedRedis({ resilience: { connection: { idlePingMs: 300 } } });
      const worker = redis.client.duplicate();
      await worker.ping();
      const taken: string[] = [];
      const failures: unknown[] = [];
      const loop = (async () => {
        while (taken.length < 9) {
          try {
            taken.push((await worker.blpop('queue', 0))?.[1] ?? 'nothing');
          } catch (error) {
            failures.push(error);
          }
        }
      })();
      await waitFor(async () => String(await redis.server.command('CLIENT', 'LIST')).includes('cmd=blpop'));
      redis.proxy.blackhole({ existing: true });
      for (let job = 0; job < 10; job++) await redis.server.command('RPUSH', 'queue', `job ${job}`);
      await loop;

      // The dead socket has swallowed the first element, so its call must fail with the outcome `unknown`.
      expect(taken).toEqual(Array.from({ length: 9 }, (_, index) => `job ${index + 1}`));
      expect(failures).toMatchObject([{ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' }]);
      worker.disconnect();
    },
  );

  it.concurrent('says that it may have taken an element when its connection is reset', async () => {
    await using redis = await startProtectedRedis();
    const worker = redis.client.duplicate();
    const call = errorOf(worker.blpop('queue', 0));
    await waitFor(async () => String(await redis.server.command('CLIENT', 'LIST')).includes('cmd=blpop'));
    redis.proxy.reset();

    expect(await call).toMatchObject({ outcome: 'unknown' });
    worker.disconnect();
  });

  it.concurrent('is sent again after a reset when it only reads', async () => {
    await using redis = await startProtectedRedis();
    const worker = redis.client.duplicate();
    const call = worker.xread('BLOCK', 5_000, 'STREAMS', 'events', '0');
    await waitFor(async () => String(await redis.server.command('CLIENT', 'LIST')).includes('cmd=xread'));
    redis.proxy.reset();
    await redis.until('up');
    await redis.server.command('XADD', 'events', '1-1', 'name', 'opened');

    expect(await call).toEqual([['events', [['1-1', ['name', 'opened']]]]]);
    worker.disconnect();
  });

  it.concurrent('fails when the resilience is closed, and holds nothing up', async () => {
    await using redis = await startProtectedRedis();
    const worker = redis.client.duplicate();
    const call = errorOf(worker.blpop('queue', 0));
    await waitFor(async () => String(await redis.server.command('CLIENT', 'LIST')).includes('cmd=blpop'));
    const closedAt = performance.now();
    await redis.resilience.close({ drainMs: 100 });

    expect(performance.now() - closedAt).toBeLessThan(100 + slackMs);
    expect(await call).toMatchObject({ reason: 'closed' });
  });
});
