import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('another server that knows a blocked client by the number of ours', () => {
  it('does not keep a dead connection in use', async () => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 5_000 } });
    await using elsewhere = await startRedis();
    await elsewhere.command('SET', 'greeting', 'from elsewhere');
    await blockUpTo(elsewhere, await redis.client.client('ID'));

    redis.proxy.retarget(elsewhere);
    redis.proxy.blackhole({ existing: true });

    expect(await redis.client.get('greeting')).toBe('from elsewhere');
  });

  it('is not asked to let that client go', async () => {
    await using redis = await startProtectedRedis({ resilience: { connection: { idlePingMs: 100 } } });
    await using elsewhere = await startRedis();
    const worker = redis.client.duplicate();
    const blocked = await blockUpTo(elsewhere, await worker.client('ID'));
    const call = worker.blpop('queue', 0).catch((error: unknown) => error);
    await waitFor(async () => String(await redis.server.command('CLIENT', 'LIST')).includes('cmd=blpop'));

    redis.proxy.retarget(elsewhere);
    redis.proxy.blackhole({ existing: true });
    const { accepted } = redis.proxy;
    await waitFor(() => redis.proxy.accepted > accepted + 3, { timeoutMs: 5_000 });

    expect(blocked.letGo).toBe(0);
    worker.disconnect();
    await call;
  });
});

/**
 * Opens clients that each wait for a job for ever, until a client has the id `clientId`; `letGo` counts those
 * whose call has ended.
 */
async function blockUpTo(server: RedisServer, clientId: number): Promise<{ readonly letGo: number }> {
  const blocked = { letGo: 0 };
  for (let last = 0; last < clientId;) {
    const client = new Redis(server.port, server.host, { retryStrategy: () => null });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    last = await client.client('ID');
    client.blpop('nothing', 0).then(
      () => blocked.letGo++,
      () => undefined,
    );
  }
  await waitFor(async () => String(await server.command('CLIENT', 'LIST')).includes(`id=${clientId} `));
  return blocked;
}
