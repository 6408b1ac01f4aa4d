import { waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe('a server that has reached its maximum of clients', () => {
  it('says so by name, and heals when there is room', async () => {
    await using redis = await startProtectedRedis();
    using unhandled = new UnhandledRejections();
    await redis.server.command('CONFIG', 'SET', 'maxclients', 2);
    await redis.proxy.refuse({ reset: true });
    const guest = new Redis(redis.server.port, redis.server.host);
    guest.on('error', () => undefined);
    await waitFor(() => guest.status === 'ready');
    await redis.proxy.heal();
    await waitFor(() => redis.resilience.snapshot().cause?.code === 'max-clients', { timeoutMs: 8_000 });

    const error = await errorOf(redis.client.get('greeting'));
    guest.disconnect();
    await redis.until('up');

    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'max-clients' });
    expect(error.message).not.toContain('EPIPE');
    expect(await unhandled.list()).toEqual([]);
  });
});
