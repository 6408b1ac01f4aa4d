import type { RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../../row.js';
import { changeRow, load } from './change-row.js';
import { promotionOf } from './cluster-load.js';

/**
 * Rows of the fault table in which a part of a Cluster is unavailable for a while, because of a fault or of an
 * operator.
 */
export const clusterChanges: readonly Row[] = [
  changeRow({
    name: 'cluster-killed',
    title: 'a primary is killed',
    isUnserved: true,
    what: `Three primaries with one replica each. Full coverage is required, so until the promotion, the servers refuse calls for other slots, too. ${load}`,
    isQuick: true,
    async change(cluster, victim) {
      await victim.kill();
      await promotionOf(cluster, victim);
    },
  }),
  changeRow({
    name: 'cluster-frozen',
    title: 'a primary hangs',
    isUnserved: true,
    what: `The primary keeps its connections open and does not reply. ${load}`,
    isQuick: true,
    async change(cluster, victim) {
      await victim.freeze();
      await promotionOf(cluster, victim);
    },
  }),
  changeRow({
    name: 'cluster-demoted',
    title: 'a primary is demoted in an orderly way',
    what: `CLUSTER FAILOVER on the replica of a primary. ${load}`,
    change: async (cluster, victim) => void (await cluster.failover(victim)),
  }),
  changeRow({
    name: 'cluster-emptied',
    title: 'a primary restarts within 300 ms, and is empty',
    isUnserved: true,
    what: `Killed, and started again before a replica is promoted. ${load}`,
    async change(cluster, victim) {
      await victim.restart({ afterMs: 300 });
      await cluster.waitUntilOk();
    },
  }),
  changeRow({
    name: 'cluster-rolling',
    title: 'all primaries restart, one after the other',
    what: `Each primary is first failed over to its replica. ${load}`,
    concerns: 'all',
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
    title: 'two of three primaries hang for 2 s',
    what: `No majority is left, so no replica is promoted. ${load}`,
    concerns: 'all',
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
    title: 'slots without a replica are unavailable for 2 s',
    isUnserved: true,
    what: `Three primaries without replicas; full coverage is not required. One primary is killed. ${load}`,
    cluster: { nodes: 3, replicas: 0, config: { 'cluster-require-full-coverage': 'no' } },
    async change(cluster, victim) {
      await victim.restart({ afterMs: 2_000 });
      await cluster.waitUntilOk();
    },
  }),
  changeRow({
    name: 'cluster-slow-node',
    title: 'one node replies 300 ms late for 4 s',
    what: `Its connections stay open. ${load}`,
    cluster: { nodes: 3, replicas: 0 },
    proxies: 'announced',
    async change(cluster, victim, { proxies }) {
      const proxy = proxies[cluster.nodes.indexOf(victim)];
      proxy?.latency(150);
      await delay(4_000);
      proxy?.latency(0);
    },
  }),
  changeRow({
    name: 'cluster-distant',
    title: 'all nodes reply 200 ms late for 4 s, with 100 ms of jitter',
    what: `All connections stay open. ${load}`,
    cluster: { nodes: 3, replicas: 0 },
    proxies: 'announced',
    concerns: 'all',
    async change(_cluster, _victim, { proxies }) {
      for (const proxy of proxies) proxy.latency(100, { jitterMs: 50 });
      await delay(4_000);
      for (const proxy of proxies) proxy.latency(0);
    },
  }),
];
