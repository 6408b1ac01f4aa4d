import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, pass, summaryOf } from '../stage/call-loop.ts';
import { errorAtOnce, errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a primary that is demoted', () => {
  it('no READONLY reaches a caller when the endpoint moves to the new primary', async () => {
    await using redis = await startProtectedRedis();
    await using promoted = await startRedis({ replicaOf: redis.server });
    await inSync(promoted);
    const writes = new CallLoop(() => redis.client.set('greeting', 'hello'));
    await writes.untilAnswered(20);
    const causes = new Set<string | undefined>();
    redis.resilience.on('change', ({ snapshot }) => causes.add(snapshot.cause?.code));

    await promoted.command('REPLICAOF', 'NO', 'ONE');
    redis.proxy.retarget(promoted);
    await redis.server.command('REPLICAOF', promoted.host, promoted.port);
    await writes.untilAnswered(50);

    await writes.finish();
    expect(writes.failures.map(({ error }) => summaryOf(error))).toEqual([]);
    expect(await promoted.command('GET', 'greeting')).toBe('hello');
    await redis.until('up');
    expect([...causes]).not.toContain('stalled');
  });

  it('accumulating writes are applied once each', async () => {
    await using redis = await startProtectedRedis();
    await using promoted = await startRedis({ replicaOf: redis.server });
    await inSync(promoted);
    let next = 0;
    const writes = new CallLoop(() => redis.client.incr(`visits:${next++}`));
    await writes.untilAnswered(20);

    await promoted.command('REPLICAOF', 'NO', 'ONE');
    redis.proxy.retarget(promoted);
    await redis.server.command('REPLICAOF', promoted.host, promoted.port);
    await writes.untilAnswered(50);

    await writes.finish();
    expect(writes.failures.map(({ error }) => summaryOf(error))).toEqual([]);
    const twice: string[] = [];
    for (let index = 0; index < next; index++) {
      const value = await promoted.command('GET', `visits:${index}`);
      if (value !== null && value !== '1') twice.push(`visits:${index}`);
    }
    expect(twice).toEqual([]);
  });

  it('reads go on and writes fail with the cause while it stays a replica, without a storm', async () => {
    await using redis = await startProtectedRedis();
    await using primary = await startRedis();
    await redis.server.command('REPLICAOF', primary.host, primary.port);
    await inSync(redis.server);
    const accepted = redis.proxy.accepted;
    const writes = new CallLoop(() => redis.client.set('greeting', 'hello'));
    const reads = new CallLoop(() => redis.client.get('greeting'));

    await waitFor(() => redis.resilience.snapshot().cause?.code === 'read-only');
    await pass(2_000);
    const error = await errorAtOnce(redis.client.set('greeting', 'hello'));
    const snapshot = redis.resilience.snapshot();
    await Promise.all([writes.finish(), reads.finish()]);

    expect(error).toMatchObject({ outcome: 'not-applied', reason: 'read-only' });
    expect(snapshot).toMatchObject({ status: 'degraded', reads: true, writes: false });
    expect(reads.failures.map(({ error: reason }) => summaryOf(reason))).toEqual([]);
    expect(writes.failures.filter(({ error: reason }) => String(reason).includes('READONLY'))).toEqual([]);
    expect(redis.proxy.accepted - accepted).toBeLessThan(30);
  });

  it('many pipelines in flight all wait for a primary, as single commands do', async () => {
    await using redis = await startProtectedRedis({
      resilience: { timeoutMs: 10_000, admission: { maxWaitMs: 5_000 } },
    });
    await using primary = await startRedis();
    const { client, server } = redis;
    await server.command('REPLICAOF', primary.host, primary.port);
    const pipelines = Array.from({ length: 100 }, (_, index) =>
      client.pipeline().incr(`visits:${index}`).incr(`visits:${index}`).exec(),
    );
    await waitFor(() => redis.resilience.snapshot().cause?.code === 'read-only');
    await server.command('REPLICAOF', 'NO', 'ONE');

    expect(await Promise.all(pipelines)).toEqual(
      pipelines.map(() => [
        [null, 1],
        [null, 2],
      ]),
    );
    expect(redis.resilience.detail().retryBudget).toBe(100);
  });

  it('writes are back when the same server is promoted again', async () => {
    await using redis = await startProtectedRedis();
    await using primary = await startRedis();
    await redis.server.command('REPLICAOF', primary.host, primary.port);
    await redis.client.set('greeting', 'hello').catch(() => undefined);
    await redis.until('degraded');

    await redis.server.command('REPLICAOF', 'NO', 'ONE');
    await redis.until('up', 2_000);

    expect(await redis.client.set('greeting', 'hello')).toBe('OK');
  });

  it('a client that wants any role is left alone', async () => {
    await using redis = await startProtectedRedis({ resilience: { connection: { role: 'any' } } });
    await using primary = await startRedis();
    await redis.server.command('REPLICAOF', primary.host, primary.port);
    await inSync(redis.server);

    const error = await errorOf(redis.client.set('greeting', 'hello'));
    const { attempts } = redis.resilience.snapshot();

    expect(error).toMatchObject({ outcome: 'not-applied' });
    expect(await redis.client.get('greeting')).toBeNull();
    expect(attempts).toBe(1);
  });
});

async function inSync(replica: RedisServer): Promise<void> {
  await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'up', {
    timeoutMs: 10_000,
    message: 'the replica to be in sync',
  });
}
