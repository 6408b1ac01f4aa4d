import { mkdir, rm } from 'node:fs/promises';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, summaryOf } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';

describe('a server out of memory', () => {
  it('refuses writes with the cause; reads and deletes go on; the write lane closes at the first write that works', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.set('greeting', 'hello');
    await redis.client.set('old', 'x');
    await takeMemory(redis);

    const error = await errorOf(redis.client.set('more', 'x'.repeat(1_000)));
    const snapshot = await redis.until('degraded');
    const again = await errorOf(redis.client.set('more', 'x'));

    expect(error).toMatchObject({ outcome: 'not-applied', reason: 'out-of-memory' });
    expect(again).toMatchObject({ code: 'CIRCUIT_OPEN', reason: 'out-of-memory', outcome: 'not-applied' });
    expect(snapshot).toMatchObject({ reads: true, writes: false, cause: { code: 'out-of-memory' } });
    expect(await redis.client.get('greeting')).toBe('hello');
    expect(await redis.client.del('old')).toBe(1);
    expect(redis.resilience.snapshot().circuit.read).toBe('closed');
    await waitFor(() => redis.resilience.snapshot().circuit.write === 'half-open');
    expect(redis.resilience.snapshot()).toMatchObject({ status: 'degraded', writes: false });

    await redis.server.command('CONFIG', 'SET', 'maxmemory', 0);
    await redis.until('up');
    expect(await redis.client.set('more', 'x')).toBe('OK');
  });

  it('never opens the read lane by its refusals of writes', async () => {
    await using redis = await startProtectedRedis();
    await takeMemory(redis);
    const reads = new CallLoop(() => redis.client.get('greeting'));
    const writes = new CallLoop(() => redis.client.set('greeting', 'hello'));
    await reads.untilAnswered(100);

    await Promise.all([reads.finish(), writes.finish()]);
    expect(reads.failures.map(({ error }) => summaryOf(error))).toEqual([]);
    expect(new Set(writes.errors.map(({ reason }) => reason))).toEqual(new Set(['out-of-memory']));
    expect(writes.errors).toHaveLength(writes.calls.length);
  });

  it('has a pipeline and a MULTI that write refused as a whole', async () => {
    await using redis = await startProtectedRedis();
    await takeMemory(redis);

    const pipeline = await redis.client.pipeline().set('a', '1').get('a').exec();
    const multi = await redis.client
      .multi()
      .set('a', '1')
      .incr('b')
      .exec()
      .catch((error: unknown) => error);

    expect(pipeline?.[0]?.[0]).toMatchObject({ reason: 'out-of-memory' });
    expect(multi).toMatchObject({ reason: 'out-of-memory', outcome: 'not-applied' });
    expect(await redis.server.command('EXISTS', 'a', 'b')).toBe(0);
  });
});

describe('a server that cannot persist', () => {
  it('refuses writes with the cause, reads go on, and writes are back when it can', async () => {
    await using redis = await startProtectedRedis({
      server: { config: { save: '3600 1', dbfilename: 'blocked.rdb' } },
    });
    await redis.client.set('greeting', 'hello');
    // Even root cannot replace a folder by a file, so the dump fails.
    await mkdir(`${redis.server.dir}/blocked.rdb`);
    await dump(redis, 'err');

    const error = await errorOf(redis.client.set('greeting', 'again'));
    const snapshot = await redis.until('degraded');

    expect(error).toMatchObject({ outcome: 'not-applied', reason: 'persistence' });
    expect(snapshot).toMatchObject({ reads: true, writes: false, cause: { code: 'persistence' } });
    expect(await redis.client.get('greeting')).toBe('hello');

    await rm(`${redis.server.dir}/blocked.rdb`, { recursive: true });
    await dump(redis, 'ok');
    await redis.until('up');
    expect(await redis.client.set('greeting', 'again')).toBe('OK');
  });
});

describe('a server with too few replicas', () => {
  it('refuses writes with the cause, reads go on, and writes are back with the replica', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.set('greeting', 'hello');
    await redis.server.command('CONFIG', 'SET', 'min-replicas-to-write', 1);

    const error = await errorOf(redis.client.set('greeting', 'again'));
    const snapshot = await redis.until('degraded');

    expect(error).toMatchObject({ outcome: 'not-applied', reason: 'too-few-replicas' });
    expect(snapshot).toMatchObject({ reads: true, writes: false, cause: { code: 'too-few-replicas' } });
    expect(await redis.client.get('greeting')).toBe('hello');

    await using replica = await startRedis({ replicaOf: redis.server });
    await redis.until('up', 10_000);
    expect(await redis.client.set('greeting', 'again')).toBe('OK');
    expect(replica.running).toBe(true);
  });
});

async function takeMemory({ server }: ProtectedRedis): Promise<void> {
  await server.command('CONFIG', 'SET', 'maxmemory', 1);
}

async function dump({ server }: ProtectedRedis, result: 'ok' | 'err'): Promise<void> {
  await server.command('BGSAVE');
  await waitFor(async () => (await server.info('persistence'))['rdb_last_bgsave_status'] === result);
}
