import { createRedisResilience } from '@redis-resilience/core';
import { startCluster, waitFor, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, pass } from '../stage/call-loop.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';

describe('the replica of a dead primary of a Cluster', () => {
  it.concurrent.each<[string, { readonly tls?: true }]>([
    ['', {}],
    [' over TLS', { tls: true }],
  ])('is connected to before it takes over%s', async (_, options) => {
    await using cluster = await startCluster(options);
    const resilience = createRedisResilience(
      {
        cluster: cluster.addresses.slice(0, 3),
        options: {
          redisOptions: {
            connectionName: 'shop',
            ...(options.tls && { tls: { rejectUnauthorized: false } }),
          },
        },
      },
      { logger: false },
    );
    try {
      const victim = await cluster.primaryOf('a');
      const [replica] = (await cluster.replicasOf(victim)) as [RedisServer];
      await resilience.client.set('a', '1');
      await victim.kill();
      await waitFor(async () => String(await replica.command('CLIENT', 'LIST')).includes('name=shop'), {
        timeoutMs: 10_000,
      });
      const roleOf = async (): Promise<unknown> => ((await replica.command('ROLE')) as [string])[0];
      expect(await roleOf()).toBe('slave');
      await waitFor(async () => (await roleOf()) === 'master', { timeoutMs: 10_000 });
      expect(await resilience.client.set('a', '2')).toBe('OK');
      expect(await replica.command('GET', 'a')).toBe('2');
    } finally {
      await resilience.close();
    }
  });

  it.concurrent('is not waited for when it is dead, too, and calls to other slots go on', async () => {
    await using cluster = await startCluster({ config: { 'cluster-require-full-coverage': 'no' } });
    const resilience = createRedisResilience({ cluster: cluster.addresses }, { logger: false });
    try {
      const victim = await cluster.primaryOf('a');
      const [replica] = (await cluster.replicasOf(victim)) as [RedisServer];
      let elsewhere = 'b';
      while ((await cluster.primaryOf(elsewhere)) === victim) elsewhere += 'b';
      const others = new CallLoop(() => resilience.client.get(elsewhere));
      await resilience.client.set('a', '1');
      await others.untilAnswered(20);
      await replica.kill();
      await victim.kill();
      await waitUntilStatus(resilience, 'degraded');
      await others.untilAnswered(400, 20_000);
      await Promise.all([victim.start(), replica.start()]);
      await cluster.waitUntilOk();
      await waitUntilStatus(resilience, 'up');
      await others.finish();
      expect(others.failures).toEqual([]);
      expect(await resilience.client.set('a', '2')).toBe('OK');
    } finally {
      await resilience.close();
    }
  });
});

describe('a call that blocks without a timeout on a primary of a Cluster that hangs', () => {
  it.concurrent('ends when the replica has taken over, and the next one gets what comes', async () => {
    await using cluster = await startCluster();
    // The client does not check idle connections during the test, so the call can only end because other
    // nodes report the failure.
    const resilience = createRedisResilience(
      { cluster: cluster.addresses },
      { logger: false, connection: { idlePingMs: 60_000 } },
    );
    try {
      const victim = await cluster.primaryOf('queue');
      await resilience.client.set('queue-length', '0');
      let failure: unknown;
      resilience.client.blpop('queue', 0).catch((error: unknown) => (failure = error));
      await waitFor(async () => String(await victim.command('CLIENT', 'LIST')).includes('cmd=blpop'));
      // For three seconds after it has connected, a client asks all nodes about their state, so the test waits until
      // that is over.
      await pass(4_000);
      await victim.freeze();
      await waitFor(() => failure !== undefined, { timeoutMs: 15_000 });
      expect(failure).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
      const next = resilience.client.blpop('queue', 0);
      await (await cluster.primaryOf('queue')).command('RPUSH', 'queue', 'job');
      expect(await next).toEqual(['queue', 'job']);
      victim.thaw();
    } finally {
      await resilience.close({ drainMs: 0 });
    }
  });
});
