import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createRedisResilience, isRedisResilienceError } from '@redis-resilience/core';
import { startCluster, waitFor, type ClusterGroup } from '@redis-resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protectCluster, useCluster } from '../stage/protect-cluster.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';

async function killAll(cluster: ClusterGroup): Promise<void> {
  await Promise.all(cluster.nodes.map((node) => node.kill()));
}

// ioredis lost some sharded subscribers in a failover before it introduced the class `ShardedSubscriber`.
const hasShardedSubscriber = existsSync(
  join(dirname(createRequire(import.meta.url).resolve('ioredis')), 'cluster/ShardedSubscriber.js'),
);

describe('the client of a Cluster', () => {
  it.concurrent('has duplicates that are protected, and close with it', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = await protectCluster(cluster);
    const { resilience, client } = used;
    const duplicate = client.duplicate();
    expect(await duplicate.set('a', '1')).toBe('OK');
    await killAll(cluster);
    await waitUntilStatus(resilience, 'down');
    const error: unknown = await duplicate.get('a').catch((reason: unknown) => reason);
    expect(isRedisResilienceError(error)).toBe(true);
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await waitUntilStatus(resilience, 'up');
    await waitFor(async () => (await duplicate.set('a', '2').catch(() => 'not yet')) === 'OK', {
      timeoutMs: 5_000,
    });
    await resilience.close();
    expect([client.status, duplicate.status]).toEqual(['end', 'end']);
    await expect(duplicate.connect()).rejects.toThrow(/available|closed/);
    await waitFor(() => duplicate.status === 'end');
  });

  it.concurrent('is ready for the application when the Cluster serves, not before', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await killAll(cluster);
    // A primary that has just started reports the cluster as down for two seconds.
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await using hasty = useCluster(cluster, { options: { enableReadyCheck: false } });
    await using first = useCluster(cluster);
    await using second = useCluster(cluster, { options: { lazyConnect: true } });
    const told: string[] = [];
    const becomesReady = async (name: string, ready: Promise<unknown>): Promise<void> => {
      await ready;
      told.push(name);
    };
    await Promise.all([
      becomesReady('hasty', once(hasty.client, 'ready')),
      becomesReady('first', once(first.client, 'ready')).then(() => first.client.set('a', '1')),
      becomesReady('second', second.client.connect()).then(() => second.client.set('a', '1')),
    ]);
    expect(told[0]).toBe('hasty');
  });

  it.concurrent('serves although its options name a database, as plain ioredis does', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = await protectCluster(cluster, { options: { redisOptions: { db: 3 } } });
    const { resilience, client } = used;
    expect(await client.set('a', '1')).toBe('OK');
    expect(await resilience.lease((leased) => leased.get('a'), { key: 'a' })).toBe('1');
  });

  it.concurrent('takes a new password on all its connections when it is told', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0, password: 'first' });
    await using used = await protectCluster(cluster, {
      options: { redisOptions: { password: 'first' } },
    });
    const { resilience, client } = used;
    const keys = Array.from({ length: 12 }, (_, index) => `key:${index}`);
    for (const key of keys) await client.set(key, key);
    for (const node of cluster.nodes) await node.command('CONFIG', 'SET', 'requirepass', 'second');
    await resilience.reauthenticate({ password: 'second' });
    for (const key of keys) expect(await client.get(key)).toBe(key);

    for (const node of cluster.nodes) await node.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await waitFor(
      async () =>
        (await Promise.all(keys.map((key) => client.get(key).catch(() => undefined)))).every(Boolean),
      { timeoutMs: 5_000 },
    );
    expect(resilience.snapshot()).toMatchObject({ status: 'up', reads: true, writes: true });
  });

  it.concurrent(
    'heals from a password that was rotated behind its back as soon as its provider knows it',
    async () => {
      await using cluster = await startCluster({ nodes: 3, replicas: 0, password: 'first' });
      let password = 'first';
      await using used = await protectCluster(
        cluster,
        {},
        { connection: { credentials: () => ({ password }) } },
      );
      const { resilience, client } = used;
      await client.set('a', '1');
      for (const node of cluster.nodes) await node.command('CONFIG', 'SET', 'requirepass', 'second');
      for (const node of cluster.nodes)
        await node.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await waitFor(() => resilience.snapshot().cause?.code === 'auth', { timeoutMs: 5_000 });
      password = 'second';
      await waitUntilStatus(resilience, 'up');
      expect(await client.get('a')).toBe('1');
    },
  );

  it.concurrent('quits while every node is away', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = await protectCluster(cluster);
    const { resilience, client } = used;
    await killAll(cluster);
    await waitUntilStatus(resilience, 'down');
    expect(await client.quit()).toBe('OK');
    await waitFor(() => client.status === 'end');
    expect(resilience.snapshot().cause?.code).toBe('closed');
  });

  it.concurrent('quits while every node is there', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = await protectCluster(cluster);
    const { client } = used;
    expect(await client.quit()).toBe('OK');
    await waitFor(() => client.status === 'end');
  });

  it.runIf(hasShardedSubscriber).concurrent(
    'keeps its sharded subscriptions, whose trouble is not the cluster’s',
    async () => {
      // With full coverage, the whole Cluster would reject commands for a moment, and the status would change.
      await using cluster = await startCluster({ config: { 'cluster-require-full-coverage': 'no' } });
      await using used = await protectCluster(cluster, { options: { shardedSubscribers: true } });
      const { resilience, client } = used;
      await using publisher = await protectCluster(cluster);
      const changes: string[] = [];
      resilience.on('change', ({ snapshot }) => changes.push(snapshot.status));
      const heard: string[] = [];
      client.on('smessage', (_channel: string, message: string) => heard.push(message));
      await client.ssubscribe('a');
      await waitFor(async () => {
        await publisher.client.spublish('a', 'before');
        return heard.includes('before');
      });
      const victim = await cluster.primaryOf('a');
      await victim.kill();
      await waitFor(
        async () => {
          await publisher.client.spublish('a', 'after').catch(() => undefined);
          return heard.includes('after');
        },
        { timeoutMs: 15_000 },
      );
      expect(changes).not.toContain('down');
    },
  );
});

describe('a Cluster of which not all host names can be resolved', () => {
  const nobody = { host: 'lost.example', port: 7_000 };
  const dnsLookup = (name: string, callback: (error: Error | null, address: string) => void): void => {
    const error = Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    if (name === 'node.example') callback(null, '127.0.0.1');
    else callback(error, '');
  };

  it('is reached through the other nodes, also after it was away', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const named = cluster.nodes.map(({ port }) => ({ host: 'node.example', port }));
    const target = { cluster: [nobody, ...named], options: { dnsLookup } };
    await using used = await protectCluster(cluster, target);
    expect(await used.client.set('a', '1')).toBe('OK');
    await killAll(cluster);
    await waitUntilStatus(used.resilience, 'down');
    await cluster.restartAll();
    await waitUntilStatus(used.resilience, 'up', 5_000);
    expect(await used.client.set('a', '2')).toBe('OK');
  });

  it('is down with the cause `dns` while none can be resolved', async () => {
    const resilience = createRedisResilience(
      { cluster: [nobody, { host: 'gone.example', port: 7_000 }], options: { dnsLookup } },
      { logger: false },
    );
    await waitFor(() => resilience.snapshot().cause?.code === 'dns', { timeoutMs: 8_000 });
    await resilience.close();
  });
});

describe('a Cluster that cannot be reached', () => {
  const provider = () => Promise.reject(new Error('The vault is sealed.'));
  // These tests only read, so they share a Cluster; they run one after the other, because they also share the
  // dialers of its nodes.
  let cluster: ClusterGroup;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 3, replicas: 0, password: 'right' });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  it('says why also where the nodes are URLs or ports', async () => {
    const [node] = cluster.nodes;
    await node?.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-cluster');
    const withoutCluster = `redis://app:secret@127.0.0.1:${node?.port}`;
    for (const startup of [`redis://:wrong@127.0.0.1:${node?.port}`, node?.port ?? 0, withoutCluster]) {
      await using used = useCluster(cluster, { cluster: [startup] });
      await waitFor(() => used.resilience.snapshot().cause?.code === 'auth', { timeoutMs: 5_000 });
    }
  });

  it.each([
    ['auth', { options: { redisOptions: { password: 'wrong' } } }, {}],
    ['auth', {}, {}],
    ['credentials', {}, { connection: { credentials: provider } }],
    ['tls', { options: { redisOptions: { tls: {} } } }, {}],
    ['dns', { cluster: [{ host: 'nowhere.invalid', port: 6379 }] }, {}],
    ['connection-refused', { cluster: [{ host: '127.0.0.1', port: 1 }] }, {}],
  ] as const)('says %s: %o', async (cause, target, options) => {
    await using used = useCluster(cluster, target, { ...options, name: 'shop' });
    const { resilience } = used;
    await waitFor(() => resilience.snapshot().cause?.code === cause, {
      timeoutMs: 5_000,
      message: `the cause ${cause} instead of ${resilience.snapshot().cause?.code}`,
    });
    const error: unknown = await resilience.client.get('a').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: cause, outcome: 'not-applied' });
    let closings = 0;
    resilience.client.on('close', () => closings++);
    await waitFor(() => closings >= 2, { timeoutMs: 10_000 });
    expect(resilience.snapshot().cause?.code).toBe(cause);
  });
});
