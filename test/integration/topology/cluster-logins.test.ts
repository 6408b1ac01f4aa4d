import { startCluster, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { errorAtOnce, errorOf } from '../stage/outcome-of.ts';
import { protectCluster, useCluster } from '../stage/protect-cluster.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';

describe('a node of a Cluster that rejects the login', () => {
  it('makes calls for its slots fail immediately, with the reason, and serves them when it accepts the login', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    for (const node of cluster.nodes)
      await node.command('ACL', 'SETUSER', 'app', 'on', '>before', '~*', '&*', '+@all');
    const login = { username: 'app', password: 'before' };
    await using stage = await protectCluster(cluster, { options: { redisOptions: login } });
    const victim = await cluster.primaryOf('a');
    await stage.client.set('a', '1');
    await victim.command('ACL', 'SETUSER', 'app', 'resetpass', '>after');
    await victim.command('CLIENT', 'KILL', 'USER', 'app');
    await waitUntilStatus(stage.resilience, 'degraded');
    await waitFor(() => stage.resilience.snapshot().cause?.code === 'auth');
    await pass(300);
    const error = await errorAtOnce(stage.client.set('a', '2'));
    await victim.command('ACL', 'SETUSER', 'app', 'resetpass', '>before');
    await waitUntilStatus(stage.resilience, 'up');

    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'auth', outcome: 'not-applied' });
    expect(await stage.client.get('a')).toBe('1');
  });
});

describe('a Cluster whose nodes only the own lookup of the application finds', () => {
  it('is reported with the cause that a node tells', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0, password: 'right' });
    await using stage = useCluster(cluster, {
      cluster: cluster.addresses.map(({ port }) => ({ host: 'redis.invalid', port })),
      options: {
        dnsLookup: (_: string, found: (error: null, address: string) => void) => found(null, '127.0.0.1'),
        redisOptions: { password: 'wrong' },
      },
    });
    await errorOf(stage.client.get('a'));

    expect(stage.resilience.snapshot().cause?.code).toBe('auth');
  });
});
