import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, waitUntilOnNewSocket } from '../stage/protected-redis.ts';

describe('a WATCH whose connection is lost', () => {
  it('EXEC of a MULTI chain is refused', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.watch('stock');
    await loseConnection(redis);

    const error = await errorOf(redis.client.multi().set('stock', 'mine').exec());

    expect(error).toMatchObject({ code: 'WATCH_LOST', outcome: 'not-applied' });
    expect(await redis.client.get('stock')).toBeNull();
  });

  it('EXEC that notices the loss itself says that its outcome is unknown', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.watch('stock');
    redis.proxy.blackhole({ existing: true });

    const error = await errorOf(redis.client.multi().set('stock', 'mine').exec());

    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
    expect(await redis.server.command('GET', 'stock')).toBeNull();
  });

  it('the next transaction runs', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.watch('stock');
    await loseConnection(redis);
    await errorOf(redis.client.multi().set('stock', 'mine').exec());

    expect(await redis.client.multi().set('stock', 'mine').exec()).toEqual([[null, 'OK']]);
  });

  it('UNWATCH forgets it', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.watch('stock');
    await loseConnection(redis);
    await redis.client.unwatch();

    expect(await redis.client.multi().set('stock', 'mine').exec()).toEqual([[null, 'OK']]);
  });

  it('a MULTI sent command by command is refused to its end, and nothing of it runs alone', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.multi({ pipeline: false });
    await redis.client.set('a', '1');
    await loseConnection(redis);

    const set = await errorOf(redis.client.set('b', '1'));
    const exec = await errorOf(redis.client.exec());

    expect(set).toMatchObject({ code: 'WATCH_LOST' });
    expect(exec).toMatchObject({ code: 'WATCH_LOST' });
    expect(await redis.client.exists('a', 'b')).toBe(0);
    expect(await redis.client.set('a', '1')).toBe('OK');
  });

  it('a WATCH guards as ever without a loss', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.watch('stock');
    await redis.server.command('SET', 'stock', 'theirs');
    expect(await redis.client.multi().set('stock', 'mine').exec()).toBeNull();

    await redis.client.watch('stock');
    expect(await redis.client.multi().set('stock', 'mine').exec()).toEqual([[null, 'OK']]);
  });
});

async function loseConnection(redis: Awaited<ReturnType<typeof startProtectedRedis>>): Promise<void> {
  const { localPort } = redis.client.stream;
  redis.proxy.reset();
  await waitUntilOnNewSocket(redis.client, localPort);
  await redis.until('up');
}
