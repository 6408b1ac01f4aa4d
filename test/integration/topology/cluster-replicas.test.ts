import { createRedisResilience } from '@redis-resilience/core';
import { startCluster, waitFor, type ClusterGroup, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, pass } from '../stage/call-loop.ts';

describe('a replica that is read', () => {
  it.concurrent.each(['slave', 'all'] as const)(
    'and hangs costs no read, and is read again when it answers (%s)',
    async (scaleReads) => {
      await using cluster = await startCluster({ nodes: 4 });
      await using used = readFrom(cluster, scaleReads);
      const { client } = used.resilience;
      await used.resilience.ready({ timeoutMs: 5_000 });
      const { replica } = await groupOf('a', cluster);
      const loop = new CallLoop(() => client.get('a'));
      await waitFor(async () => (await readsOf(replica)) > 0, { timeoutMs: 5_000 });
      await replica.freeze();
      await loop.untilAnswered(300, 20_000);
      replica.thaw();
      const before = await readsOf(replica);
      await waitFor(async () => (await readsOf(replica)) > before + 20, { timeoutMs: 5_000 });
      await loop.finish();

      expect(loop.failures).toEqual([]);
    },
  );

  it('and hangs until the others count it as failed is read again when they list it again', async () => {
    await using cluster = await startCluster({ nodes: 4 });
    await using used = readFrom(cluster, 'slave');
    const { client } = used.resilience;
    await used.resilience.ready({ timeoutMs: 5_000 });
    const { replica } = await groupOf('a', cluster);
    const isListed = async (by: RedisServer): Promise<boolean> =>
      String(await by.command('CLUSTER', 'SLOTS')).includes(String(replica.port));
    const loop = new CallLoop(() => client.get('a'));
    await waitFor(async () => (await readsOf(replica)) > 0, { timeoutMs: 5_000 });
    await replica.freeze();
    const others = cluster.nodes.filter((node) => node !== replica);
    await waitFor(async () => !(await Promise.all(others.map(isListed))).includes(true), {
      timeoutMs: 15_000,
    });
    // The client drops the replica and, because all is well then, has no reason to read the slots again.
    await pass(5_000);
    replica.thaw();
    await waitFor(async () => !(await Promise.all(others.map(isListed))).includes(false), {
      timeoutMs: 10_000,
    });
    const before = await readsOf(replica);
    await waitFor(async () => (await readsOf(replica)) > before + 20, { timeoutMs: 2_500 });
    await loop.finish();

    expect(loop.failures).toEqual([]);
  });

  it('and was told to forget the Cluster costs no read, and its primary is still written to', async () => {
    await using cluster = await startCluster({ nodes: 4 });
    await using used = readFrom(cluster, 'slave');
    const { client } = used.resilience;
    await used.resilience.ready({ timeoutMs: 5_000 });
    const { replica } = await groupOf('a', cluster);
    const reads = new CallLoop(() => client.get('a'));
    const writes = new CallLoop(() => client.set('a', '1'));
    await waitFor(async () => (await readsOf(replica)) > 0, { timeoutMs: 5_000 });
    await replica.command('CLUSTER', 'RESET', 'HARD');
    await Promise.all([reads, writes].map((loop) => loop.untilAnswered(300, 20_000)));
    await Promise.all([reads.finish(), writes.finish()]);

    expect(reads.failures).toEqual([]);
    expect(writes.failures).toEqual([]);
  });

  it('and has lost its primary costs no read, and is read again when it has the data', async () => {
    await using cluster = await startCluster({ nodes: 6, config: { 'replica-serve-stale-data': 'no' } });
    await using used = readFrom(cluster, 'slave');
    const { client } = used.resilience;
    await used.resilience.ready({ timeoutMs: 5_000 });
    await client.set('a', '1');
    const { primary, replica } = await groupOf('a', cluster);
    const loop = new CallLoop(() => client.get('a'));
    const batches = new CallLoop(async () => {
      const replies = await client.pipeline().get('a').get('a').exec();
      for (const [error] of replies ?? []) if (error !== null) throw error;
    });
    await waitFor(async () => (await readsOf(replica)) > 0, { timeoutMs: 5_000 });
    // The replica can no longer log in to its primary.
    await replica.command('CONFIG', 'SET', 'masteruser', 'nobody', 'masterauth', 'wrong');
    await primary.command('CLIENT', 'KILL', 'TYPE', 'replica');
    await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'down');
    await loop.untilAnswered(150, 15_000);
    await replica.command('CONFIG', 'SET', 'masteruser', '', 'masterauth', '');
    await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'up', {
      timeoutMs: 20_000,
    });
    const before = await readsOf(replica);
    await waitFor(async () => (await readsOf(replica)) > before + 20, { timeoutMs: 15_000 });
    await Promise.all([loop.finish(), batches.finish()]);

    expect([...loop.failures, ...batches.failures]).toEqual([]);
  });
});

// A busy machine may take a second to find out that a replica hangs; what must not happen is that a read fails.
function readFrom(cluster: ClusterGroup, scaleReads: 'slave' | 'all') {
  const target = { cluster: cluster.addresses, options: { scaleReads } };
  const resilience = createRedisResilience(target, { timeoutMs: 2_500 });
  return { resilience, [Symbol.asyncDispose]: () => resilience.close({ drainMs: 0 }) };
}

/** Returns the primary of a key and its first replica. */
async function groupOf(
  key: string,
  cluster: ClusterGroup,
): Promise<{ readonly primary: RedisServer; readonly replica: RedisServer }> {
  const primary = await cluster.primaryOf(key);
  const [replica] = await cluster.replicasOf(primary);
  if (replica === undefined) throw new Error('The primary has no replica.');
  return { primary, replica };
}

async function readsOf(node: RedisServer): Promise<number> {
  const { cmdstat_get: statistics = '' } = await node.info('commandstats');
  return Number(/calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}
