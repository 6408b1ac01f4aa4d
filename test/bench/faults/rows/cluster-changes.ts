import { startCluster, startProxy, type ClusterGroup, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import type { Peer } from '../peers/peer.js';
import type { Row } from '../row.js';
import { about, type Stage } from '../stage.js';
import { figuresOf, keyOf, slotsOf } from './cluster-load.js';
import { untilServed } from './setting.js';

const settleMs = 3_000;

/** What is done to a Cluster under load, and which slots that concerns. */
interface Change {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly cluster?: Parameters<typeof startCluster>[0];
  /** Resolves when it is over, and all slots are served again. */
  change(cluster: ClusterGroup, victim: RedisServer): Promise<void>;
  readonly concernsAll?: boolean;
}

const load = '400 SETs a second on all slots.';

/** A Cluster that changes under load: by the hand of an operator, or because a part of it is away for a while. */
export const clusterChanges: readonly Row[] = [
  changeRow({
    name: 'cluster-demoted',
    title: 'Cluster under load on all slots: a primary is demoted in an orderly way',
    what: `CLUSTER FAILOVER on the replica of a primary. ${load}`,
    change: async (cluster, victim) => void (await cluster.failover(victim)),
  }),
  changeRow({
    name: 'cluster-resharded',
    title: 'Cluster under load on all slots: slots move to another node',
    what: `Eight slots with their keys move, one after the other. ${load}`,
    async change(cluster, victim) {
      const target = cluster.nodes.find((node) => node !== victim) as RedisServer;
      const isOwn = await slotsOf(cluster, victim);
      const own = [...new Set(Array.from({ length: 128 }, (_, index) => cluster.keySlot(keyOf(index))))];
      for (const slot of own.filter(isOwn).slice(0, 8)) await cluster.migrateSlot(slot, target);
    },
    cluster: { nodes: 3, replicas: 0 },
  }),
  changeRow({
    name: 'cluster-emptied',
    title: 'Cluster under load on all slots: a primary restarts within 300 ms, and is empty',
    what: `Killed, and started again before a replica is promoted. ${load}`,
    async change(cluster, victim) {
      await victim.restart({ afterMs: 300 });
      await cluster.waitUntilOk();
    },
  }),
  changeRow({
    name: 'cluster-rolling',
    title: 'Cluster under load on all slots: all primaries restart, one after the other',
    what: `Each is failed over to its replica first. ${load}`,
    concernsAll: true,
    async change(cluster) {
      for (const node of cluster.nodes.slice(0, 3)) {
        await cluster.failover(node);
        await node.restart({ afterMs: 200 });
        await cluster.waitUntilOk();
      }
    },
  }),
  changeRow({
    name: 'cluster-two-frozen',
    title: 'Cluster under load on all slots: two of three primaries hang for 2 s',
    what: `No majority is left, so nobody is promoted. ${load}`,
    concernsAll: true,
    async change(cluster, victim) {
      const other = cluster.nodes.slice(0, 3).find((node) => node !== victim) as RedisServer;
      await Promise.all([victim.freeze(), other.freeze()]);
      await delay(2_000);
      for (const node of [victim, other]) node.thaw();
      await cluster.waitUntilOk();
    },
  }),
  changeRow({
    name: 'cluster-uncovered',
    title: 'Cluster under load on all slots: slots without a replica are away for 2 s',
    what: `Three primaries alone, full coverage not required. One is killed. ${load}`,
    cluster: { nodes: 3, replicas: 0, config: { 'cluster-require-full-coverage': 'no' } },
    async change(cluster, victim) {
      await victim.restart({ afterMs: 2_000 });
      await cluster.waitUntilOk();
    },
  }),
  distanceRow('cluster-slow-node', 'Cluster: one node answers 300 ms late', [150, 0], 'victim'),
  distanceRow(
    'cluster-distant',
    'Cluster: all nodes are 200 ms away, with 100 ms of jitter',
    [100, 50],
    'all',
  ),
];

function changeRow({ name, title, what, cluster: options, change, concernsAll }: Change): Row {
  return {
    name,
    title,
    what,
    weight: 2,
    timeoutMs: 80_000,
    maxRepetitions: 2,
    isLong: true,
    async run(stage) {
      await using cluster = await startCluster(options);
      const peer = await connected(stage, cluster.addresses);
      const victim = await cluster.primaryOf(keyOf(0));
      const isOwn = await slotsOf(cluster, victim);
      const loop = loadOn(peer);
      await delay(about(stage, 1_000));
      const faultAt = performance.now();
      await change(cluster, victim);
      const backAt = performance.now();
      await delay(2_000);
      const calls = await loop.finish(settleMs);
      return { figures: figuresOf(calls, { faultAt, backAt }, concernsAll === true ? () => true : isOwn) };
    },
  };
}

/** Each node stands behind a proxy, whose address it gives as its own. */
function distanceRow(
  name: string,
  title: string,
  [oneWayMs, jitterMs]: readonly [number, number],
  who: 'victim' | 'all',
): Row {
  return {
    name,
    title,
    what: `The answers become slow while all connections stand, for 4 s. ${load}`,
    weight: 2,
    timeoutMs: 80_000,
    maxRepetitions: 2,
    isLong: true,
    async run(stage) {
      await using cluster = await startCluster({ nodes: 3, replicas: 0 });
      const victim = await cluster.primaryOf(keyOf(0));
      const isOwn = await slotsOf(cluster, victim);
      const proxies = await Promise.all(cluster.nodes.map((target) => startProxy({ target })));
      for (const [index, { port }] of proxies.entries())
        await cluster.nodes[index]?.command('CONFIG', 'SET', 'cluster-announce-port', String(port));
      try {
        const peer = await connected(
          stage,
          proxies.map(({ host, port }) => ({ host, port })),
        );
        const loop = loadOn(peer);
        await delay(about(stage, 1_000));
        const faultAt = performance.now();
        for (const [index, proxy] of proxies.entries())
          if (who === 'all' || cluster.nodes[index] === victim) proxy.latency(oneWayMs, { jitterMs });
        await delay(4_000);
        const backAt = performance.now();
        for (const proxy of proxies) proxy.latency(0);
        await delay(1_000);
        const calls = await loop.finish(settleMs);
        return { figures: figuresOf(calls, { faultAt, backAt }, who === 'all' ? () => true : isOwn) };
      } finally {
        await Promise.all(proxies.map((proxy) => proxy.close()));
      }
    },
  };
}

async function connected(
  stage: Stage,
  nodes: readonly { readonly host: string; readonly port: number }[],
): Promise<Peer> {
  const peer = stage.connect({ kind: 'cluster', nodes });
  await untilServed(peer);
  return peer;
}

function loadOn(peer: Peer): CallLoop {
  return new CallLoop((index) => peer.call('set', keyOf(index), '1'), 2.5);
}
