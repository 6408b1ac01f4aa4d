import { createRedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import {
  startCluster,
  startProxy,
  waitFor,
  type ChaosProxy,
  type ClusterGroup,
} from '@redis-resilience/testing';
import type { Cluster, Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';

/** Starts a proxy in front of each node, and returns the options with which a client connects through them. */
async function proxied(cluster: ClusterGroup) {
  const proxies: ChaosProxy[] = await Promise.all(cluster.nodes.map((target) => startProxy({ target })));
  const places = proxies.map(({ host, port }) => ({ host, port }));
  const natMap: Record<string, { host: string; port: number }> = {};
  for (const [index, place] of places.entries()) natMap[`127.0.0.1:${cluster.nodes[index]?.port}`] = place;
  const close = async () => void (await Promise.all(proxies.map((proxy) => proxy.close())));
  return { proxies, places, natMap, [Symbol.asyncDispose]: close };
}

function use(
  target: Extract<Parameters<typeof createRedisResilience>[0], { cluster: unknown }>,
  options: ResilienceOptions = {},
) {
  const resilience = createRedisResilience(target, options);
  return { resilience, [Symbol.asyncDispose]: () => resilience.close({ drainMs: 0 }) };
}

it.concurrent.each(supportedProtocols)(
  'shard channels come back from dead sockets, and from a slot that moved, and the gap is told (RESP%i)',
  async (protocol) => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using stand = await proxied(cluster);
    const { proxies, places, natMap } = stand;
    const options = { shardedSubscribers: true, natMap, redisOptions: { protocol } };
    await using used = use({ cluster: places, options });
    const { resilience } = used;
    await resilience.ready({ timeoutMs: 5_000 });
    const { client } = resilience;
    const gaps: { gapMs: number; channels: number }[] = [];
    resilience.on('gap', (gap) => gaps.push(gap));
    const heard: string[] = [];
    client.on('smessage', (channel: string, message: string) => heard.push(`${channel} ${message}`));
    await Promise.all(['a', 'b', 'c'].map((channel) => client.ssubscribe(channel)));
    const hears = (message: string): Promise<unknown> =>
      waitFor(
        async () => {
          for (const channel of ['a', 'b', 'c'])
            await (await cluster.primaryOf(channel)).command('SPUBLISH', channel, message);
          return ['a', 'b', 'c'].every((channel) => heard.includes(`${channel} ${message}`));
        },
        { timeoutMs: 10_000, intervalMs: 50 },
      );
    await hears('before');
    expect(gaps).toEqual([]);

    for (const proxy of proxies) proxy.blackhole();
    await hears('after');
    await waitFor(() => gaps.reduce((sum, { channels }) => sum + channels, 0) === 3);
    // A PING notices the dead connections only after some time.
    expect(Math.max(...gaps.map(({ gapMs }) => gapMs))).toBeGreaterThan(200);

    gaps.length = 0;
    const owner = await cluster.primaryOf('a');
    const other = cluster.nodes.find((node) => node !== owner);
    await cluster.migrateSlot(cluster.keySlot('a'), other ?? owner);
    await hears('moved');
    await waitFor(() => gaps.length > 0);
    expect(gaps).toMatchObject([{ channels: 1 }]);
  },
);

it.concurrent(
  'a gap covers the messages at the new owner of a slot until the client gets to know that the slot has moved',
  async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using stand = await proxied(cluster);
    const { proxies, places, natMap } = stand;
    await using used = use({ cluster: places, options: { shardedSubscribers: true, natMap } });
    const { resilience } = used;
    await resilience.ready({ timeoutMs: 5_000 });
    const gapsSince: number[] = [];
    resilience.on('gap', ({ gapMs }) => gapsSince.push(performance.now() - gapMs));
    const heard: string[] = [];
    resilience.client.on('smessage', (_channel: string, message: string) => heard.push(message));
    await resilience.client.ssubscribe('a');
    const source = await cluster.primaryOf('a');
    // Core checks subscriptions at most every 100 ms. After this pause, the next message starts a check immediately.
    await pass(200);
    await source.command('SPUBLISH', 'a', 'before');
    await waitFor(() => heard.includes('before'));

    for (const proxy of proxies) proxy.latency(500);
    const target = cluster.nodes.find((node) => node !== source) ?? source;
    await cluster.migrateSlot(cluster.keySlot('a'), target);
    await target.command('SPUBLISH', 'a', 'missed');
    const publishedAt = performance.now();
    await waitFor(() => gapsSince.length > 0, { timeoutMs: 10_000 });
    expect(heard).toEqual(['before']);
    expect(Math.min(...gapsSince)).toBeLessThan(publishedAt);
  },
);

it.concurrent(
  'shard channels follow their slots while a connection to a node that hangs is being made',
  async () => {
    // With this node timeout, no replica takes over during the test.
    await using cluster = await startCluster({ config: { 'cluster-node-timeout': 60_000 } });
    const target = { cluster: cluster.addresses, options: { shardedSubscribers: true } };
    // The time limit for a handshake is longer than the test, so the client is still waiting for the frozen node.
    await using used = use(target, { connection: { handshakeTimeoutMs: 60_000 } });
    const { resilience } = used;
    await resilience.ready({ timeoutMs: 5_000 });
    const { client } = resilience;
    const heard: string[] = [];
    client.on('smessage', (_channel: string, message: string) => heard.push(message));
    await client.ssubscribe('a');
    const victim = await cluster.primaryOf('a');
    const [replica] = await cluster.replicasOf(victim);

    await victim.freeze();
    await waitFor(() => isMakingShardConnection(client, `${victim.host}:${victim.port}`), {
      timeoutMs: 15_000,
    });
    await replica?.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
    await waitFor(
      async () => {
        await replica?.command('SPUBLISH', 'a', 'again').catch(() => undefined);
        return heard.includes('again');
      },
      { timeoutMs: 10_000, intervalMs: 50, message: 'a message over the new primary' },
    );
  },
);

/** Whether the client has lost its connection for shard channels to this address, and is opening another one. */
function isMakingShardConnection(client: Cluster | Redis, address: string): boolean {
  const group = client as unknown as {
    shardedSubscribers: { shardedSubscribers: Map<string, { getInstance(): Redis | null }> };
  };
  const instance = group.shardedSubscribers.shardedSubscribers.get(address)?.getInstance();
  return instance?.status === 'connecting';
}

it.concurrent(
  'reads that go to replicas go to the primary when its replica is away, and to the replica when it is back',
  async () => {
    await using cluster = await startCluster();
    await using used = use({ cluster: cluster.addresses, options: { scaleReads: 'slave' } });
    const { resilience } = used;
    await resilience.ready({ timeoutMs: 5_000 });
    const { client } = resilience;
    expect(await client.set('a', '1')).toBe('OK');
    await waitFor(async () => (await client.get('a')) === '1');
    const [replica] = await cluster.replicasOf(await cluster.primaryOf('a'));
    await replica?.kill();
    for (let call = 0; call < 50; call++) expect(await client.get('a')).toBe('1');
    await replica?.start();
    const readsOfReplica = async (): Promise<number> =>
      Number((await replica?.info('commandstats'))?.['cmdstat_get']?.match(/calls=(\d+)/)?.[1] ?? 0);
    await waitFor(
      async () => {
        await client.get('a');
        return (await readsOfReplica()) > 0;
      },
      { timeoutMs: 10_000, intervalMs: 50 },
    );
  },
);

it.concurrent(
  'a shard channel comes back although its new node learns last that it has the slot',
  async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = use({ cluster: cluster.addresses, options: { shardedSubscribers: true } });
    const { resilience } = used;
    await resilience.ready({ timeoutMs: 5_000 });
    const { client } = resilience;
    const heard: string[] = [];
    client.on('smessage', (_channel: string, message: string) => heard.push(message));
    await client.ssubscribe('a');
    const source = await cluster.primaryOf('a');
    const target = cluster.nodes.find((node) => node !== source) ?? source;
    const slot = cluster.keySlot('a');
    const [from, to] = await Promise.all(
      [source, target].map(async (node) => String(await node.command('CLUSTER', 'MYID'))),
    );

    await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from as string);
    await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to as string);
    for (const node of cluster.nodes.filter((each) => each !== target))
      await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', to as string);
    const refusals = async (): Promise<number> => {
      const all = await Promise.all(cluster.nodes.map((node) => node.info('commandstats')));
      const counts = all.map((stats) => /rejected_calls=(\d+)/.exec(stats['cmdstat_ssubscribe'] ?? '')?.[1]);
      return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
    };
    await waitFor(async () => (await refusals()) > 0, {
      timeoutMs: 10_000,
      message: 'a refused subscription',
    });
    await target.command('CLUSTER', 'SETSLOT', slot, 'NODE', to as string);

    await waitFor(
      async () => {
        await target.command('SPUBLISH', 'a', 'hello').catch(() => undefined);
        return heard.includes('hello');
      },
      { timeoutMs: 10_000, intervalMs: 50, message: 'a message over the new node' },
    );
  },
);
