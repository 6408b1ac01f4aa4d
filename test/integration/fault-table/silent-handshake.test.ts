import { startOddPeer } from '@redis-resilience/testing';
import { createRedisResilience } from '@redis-resilience/core';
import { describe, expect, it } from 'vitest';
import { errorAtOnce } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { waitFor } from '@redis-resilience/testing';

describe('a peer that accepts and never answers', () => {
  it('the silence is named, callers fail at once, and the service is back when the server answers', async () => {
    await using redis = await startProtectedRedis();
    redis.proxy.blackhole({ existing: false, incoming: true });
    redis.proxy.reset();

    await waitFor(() => redis.resilience.snapshot().cause?.code === 'handshake-timeout', {
      timeoutMs: 8_000,
    });
    const error = await errorAtOnce(redis.client.get('greeting'));
    const { status } = redis.resilience.snapshot();
    await redis.proxy.heal();
    await redis.until('up');

    expect(status).toBe('down');
    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'handshake-timeout' });
    expect(await redis.client.set('greeting', 'hello')).toBe('OK');
  });

  it('the silence is named also when the peer has never answered anything', async () => {
    await using peer = await startOddPeer('silent');
    const resilience = createRedisResilience({ host: peer.host, port: peer.port });
    await waitFor(() => resilience.snapshot().cause?.code === 'handshake-timeout', { timeoutMs: 8_000 });

    expect(resilience.snapshot()).toMatchObject({ status: 'down', reads: false, writes: false });
    expect(peer.connections).toBeLessThanOrEqual(4);
    await resilience.close();
    await waitFor(() => peer.connections === 0);
  });
});
