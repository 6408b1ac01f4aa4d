import { createServer } from 'node:net';
import { once } from 'node:events';
import {
  startCluster,
  startProxy,
  waitFor,
  type ClusterGroup,
  type RedisServer,
} from '@redis-resilience/testing';
import { OutcomeUnknownError, RedisUnavailableError } from '@redis-resilience/core';
import type { ChainableCommander, Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { CallLoop, pass, summaryOf } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { protectCluster } from '../stage/protect-cluster.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';

const partial = { config: { 'cluster-require-full-coverage': 'no' } };

describe('one node of a Cluster', () => {
  it.concurrent(
    'makes the Cluster degraded, not down, when it is dead, and calls that it did not get did not run',
    async () => {
      await using cluster = await startCluster(partial);
      await using stage = await protectCluster(cluster);
      const victim = await cluster.primaryOf('a');
      const elsewhere = await keyElsewhere(cluster, victim);
      const others = new CallLoop(() => stage.client.get(elsewhere));
      let next = 0;
      const own = new CallLoop(() => stage.client.set(`{a}${next++}`, '1'));
      await own.untilAnswered(20);
      await victim.kill();
      await waitUntilStatus(stage.resilience, 'degraded');
      const knownAt = performance.now();
      const { reads, writes, cause } = stage.resilience.snapshot();
      await waitFor(() => cluster.primaryOf('a'), { timeoutMs: 10_000 });
      await waitUntilStatus(stage.resilience, 'up');
      await Promise.all([others.finish(), own.finish()]);

      expect({ reads, writes, cause: cause?.code }).toEqual({
        reads: true,
        writes: true,
        cause: 'connection-refused',
      });
      expect(others.failures).toEqual([]);
      const later = own.failures
        .filter(({ issuedAt }) => issuedAt > knownAt)
        .map(({ error }) => summaryOf(error));
      expect(later.filter((summary) => summary.startsWith('OUTCOME_UNKNOWN'))).toEqual([]);
    },
  );

  it.concurrent('is sent nothing more when it hangs, and the others go on', async () => {
    await using cluster = await startCluster({ ...partial, nodes: 3, replicas: 0 });
    await using stage = await protectCluster(cluster);
    const victim = await cluster.primaryOf('a');
    const elsewhere = await keyElsewhere(cluster, victim);
    const others = new CallLoop(() => stage.client.get(elsewhere));
    await others.untilAnswered(20);
    await stage.client.set('a', '0');
    await victim.freeze();
    void stage.client.set('a', '1').catch(() => undefined);
    await waitUntilStatus(stage.resilience, 'degraded');
    const { cause } = stage.resilience.snapshot();
    const failure = await errorOf(stage.client.set('a', '2'));
    victim.thaw();
    await waitUntilStatus(stage.resilience, 'up');
    await others.finish();

    expect(cause?.code).toBe('stalled');
    expect(failure).toMatchObject({ outcome: 'not-applied' });
    expect(await victim.command('GET', 'a')).toBe('1');
    expect(others.failures).toEqual([]);
  });

  it.concurrent(
    'keeps its connection when it pauses writes, and runs the calls that it was sent once',
    async () => {
      await using cluster = await startCluster({ ...partial, nodes: 3, replicas: 0 });
      await using stage = await protectCluster(cluster);
      const paused = await cluster.primaryOf('a');
      await stage.client.set('a', '0');
      const portBefore = localPortTo(stage.client, paused);

      await paused.command('CLIENT', 'PAUSE', 60_000, 'WRITE');
      const visit = stage.client.incr('a');
      await waitUntilStatus(stage.resilience, 'degraded');
      await paused.command('CLIENT', 'UNPAUSE');

      expect(await visit).toBe(1);
      await waitUntilStatus(stage.resilience, 'up');
      expect(localPortTo(stage.client, paused)).toBe(portBefore);
      expect(await stage.client.incr('a')).toBe(2);
    },
  );

  it.concurrent('is dialed ten times a second when it is dead, however many commands want it', async () => {
    await using cluster = await startCluster({ ...partial, nodes: 3, replicas: 0 });
    await using stage = await protectCluster(cluster);
    const victim = await cluster.primaryOf('a');
    const loop = new CallLoop(() => stage.client.get('a'), 4);
    await loop.untilAnswered(20);
    await victim.kill();
    await waitUntilStatus(stage.resilience, 'degraded');
    let dialed = 0;
    const grave = createServer((socket) => {
      dialed++;
      socket.destroy();
    }).listen(victim.port, victim.host);
    await once(grave, 'listening');
    const startedAt = performance.now();
    await waitFor(() => dialed >= 10);
    const elapsedMs = performance.now() - startedAt;
    await loop.finish();
    grave.close();

    expect(elapsedMs).toBeGreaterThan(700);
  });

  it.concurrent('is known to be back although no command asks for it', async () => {
    await using cluster = await startCluster({ ...partial, nodes: 3, replicas: 0 });
    await using stage = await protectCluster(cluster);
    const victim = await cluster.primaryOf('a');
    await victim.kill();
    await stage.client.get('a').catch(() => undefined);
    await waitUntilStatus(stage.resilience, 'degraded');
    await pass(4_000);
    await victim.start();
    await waitUntilStatus(stage.resilience, 'up', 5_000);

    // A node that was restarted takes some time to report that the Cluster is up.
    await cluster.waitUntilOk();
    expect(await stage.client.get('a')).toBeNull();
  });

  it.concurrent('that is out of memory refuses pipelines of its own slots alone', async () => {
    await using cluster = await startCluster({ ...partial, nodes: 3, replicas: 0 });
    await using stage = await protectCluster(cluster);
    const full = await cluster.primaryOf('a');
    const elsewhere = await keyElsewhere(cluster, full);
    const write = (key: string): Promise<[Error | null, unknown][] | null> =>
      stage.client.pipeline().set(key, '1').exec();
    await Promise.all([write('a'), write(elsewhere)]);
    await full.command('CONFIG', 'SET', 'maxmemory', '1');
    for (let times = 0; times < 20; times++) {
      expect(await write('a')).toMatchObject([[{ reason: 'out-of-memory', outcome: 'not-applied' }]]);
      expect(await write(elsewhere)).toEqual([[null, 'OK']]);
    }
    await full.command('CONFIG', 'SET', 'maxmemory', '0');
    await waitFor(async () => (await write('a'))?.[0]?.[1] === 'OK');
  });

  it.concurrent('that has forgotten who owns a slot does not end a call that blocks there', async () => {
    await using cluster = await startCluster({ ...partial, nodes: 3, replicas: 0 });
    await using stage = await protectCluster(cluster);
    const owner = await cluster.primaryOf('a');
    const [odd] = cluster.nodes.filter((node) => node !== owner) as [RedisServer, RedisServer];
    await stage.client.set('a', '1');
    const popped = stage.client.blpop('{a}list', 30).catch((error: unknown) => error);
    const ranges = (await owner.command('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    for (const [first, last, [, port]] of ranges)
      if (port === owner.port) await odd.command('CLUSTER', 'DELSLOTSRANGE', String(first), String(last));
    // The slots are read from a random node.
    for (let times = 0; times < 30; times++) {
      await new Promise<void>((resolve) => {
        (stage.client as unknown as Refreshable).refreshSlotsCache(resolve);
      });
    }
    await owner.command('LPUSH', '{a}list', 'x');
    expect(await popped).toEqual(['{a}list', 'x']);
  });

  it.concurrent('is found at its new address', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const mover = await cluster.primaryOf('a');
    await using first = await startProxy({ target: mover });
    await announce(cluster, mover, first.port);
    await using stage = await protectCluster(cluster);
    await stage.client.set('a', '1');
    const servedByFirst = first.connections;
    await using second = await startProxy({ target: mover });
    await announce(cluster, mover, second.port);
    await first.close();
    await waitFor(async () => (await stage.client.incr('a').catch(() => 0)) > 0, { timeoutMs: 8_000 });
    await waitUntilStatus(stage.resilience, 'up');

    expect(servedByFirst).toBeGreaterThan(0);
    expect(second.connections).toBeGreaterThan(0);
  });
});

describe("a command for one node, sent with the node's own client", () => {
  const single = { ...partial, nodes: 3, replicas: 0 };
  const clientOf = (client: Cluster, { port }: RedisServer) =>
    client.nodes('master').find(({ options }) => options.port === port) as Redis;

  it('fails with the error that other calls get when the node cannot be reached', async () => {
    await using cluster = await startCluster(single);
    await using stage = await protectCluster(cluster, {}, { name: 'cache' });
    const [victim] = cluster.nodes as [RedisServer];
    await clientOf(stage.client, victim).ping();
    await victim.kill();
    const [fresh] = (await once(stage.client, '+node')) as [Redis];
    const first = await errorOf(fresh.flushall());
    const errors = [first, ...(await errorsOf(fresh.pipeline().dbsize().ping()))];

    expect(fresh.options.port).toBe(victim.port);
    expect(first).toMatchObject({ cause: { name: 'EstablishError' } });
    expect(errors).toHaveLength(3);
    for (const error of errors) {
      expect(error).toBeInstanceOf(RedisUnavailableError);
      expect(error).toMatchObject({
        reason: 'connection-refused',
        outcome: 'not-applied',
        connection: 'cache',
      });
    }
  });

  it('has the outcome `unknown` when its connection breaks before the reply', async () => {
    await using cluster = await startCluster(single);
    await using stage = await protectCluster(cluster);
    const [victim] = cluster.nodes as [RedisServer];
    const node = clientOf(stage.client, victim);
    await node.ping();
    await victim.freeze();
    const { bytesWritten } = node.stream;
    const errors = Promise.all([errorOf(node.flushall()), errorOf(node.dbsize())]);
    await waitFor(() => node.stream.bytesWritten > bytesWritten);
    await victim.kill();
    const [write, read] = await errors;

    expect(write).toBeInstanceOf(OutcomeUnknownError);
    expect(read).toBeInstanceOf(RedisUnavailableError);
    for (const error of [write, read]) expect(error).toMatchObject({ outcome: 'unknown' });
  });

  it('is not said to have failed because the application closed the client when only the node has been left', async () => {
    await using cluster = await startCluster(single);
    await using stage = await protectCluster(cluster);
    const [left] = cluster.nodes as [RedisServer];
    const node = clientOf(stage.client, left);
    await node.ping();
    await left.freeze();
    const error = errorOf(node.dbsize());
    node.disconnect();

    expect(await error).toMatchObject({ reason: 'connection-reset', outcome: 'unknown' });
    left.thaw();
  });

  it('is refused with the reply of the server, and fails as on a closed client', async () => {
    await using cluster = await startCluster(single);
    const stage = await protectCluster(cluster);
    const node = clientOf(stage.client, cluster.nodes[0] as RedisServer);
    expect(await errorOf(node.call('nonsense'))).toMatchObject({ name: 'ReplyError', outcome: 'refused' });
    await stage.resilience.close();
    const closed = { message: 'Connection is closed.', reason: 'closed', outcome: 'not-applied' };
    expect(await errorOf(node.dbsize())).toMatchObject(closed);
  });
});

async function errorsOf(pipeline: ChainableCommander): Promise<readonly unknown[]> {
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error]) => error);
}

interface Refreshable {
  refreshSlotsCache(callback: () => void): void;
}

function localPortTo(client: Cluster, node: RedisServer): number | undefined {
  const connection = client.nodes('master').find(({ options }) => options.port === node.port);
  return connection?.stream.localPort;
}

async function keyElsewhere(cluster: ClusterGroup, node: RedisServer): Promise<string> {
  let index = 0;
  while ((await cluster.primaryOf(`key:${index}`)) === node) index++;
  return `key:${index}`;
}

/** Makes `node` announce this port, and waits until all nodes know it. */
async function announce(cluster: ClusterGroup, node: RedisServer, port: number): Promise<void> {
  await node.command('CONFIG', 'SET', 'cluster-announce-port', port);
  await waitFor(
    async () => {
      const views = await Promise.all(cluster.nodes.map((each) => each.command('CLUSTER', 'SLOTS')));
      return views.every((view) => JSON.stringify(view).includes(`,${port},`));
    },
    { timeoutMs: 10_000 },
  );
}
