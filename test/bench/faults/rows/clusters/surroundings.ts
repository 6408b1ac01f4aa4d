import type { ClusterGroup, RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../../row.js';
import { changeRow, load } from './change-row.js';
import { promotionOf } from './cluster-load.js';

/** Rows of the fault table about Clusters with six primaries, TLS, mapped addresses, read replicas or a password. */
export const clusterSurroundings: readonly Row[] = [
  changeRow({
    name: 'cluster-of-six-killed',
    title: 'one of six primaries is killed',
    what: `Six primaries with a replica each. ${load}`,
    cluster: { nodes: 12 },
    isUnserved: true,
    change: kill,
  }),
  changeRow({
    name: 'cluster-tls-killed',
    title: 'a primary is killed, over TLS',
    what: load,
    cluster: { tls: true },
    settings: { tls: true },
    isUnserved: true,
    change: kill,
  }),
  changeRow({
    name: 'cluster-mapped-killed',
    title: 'a primary is killed, behind names and mapped addresses',
    what: `The nodes announce host names, and are behind proxies whose addresses the client finds in its \`natMap\`. ${load}`,
    cluster: {
      config: {
        'cluster-announce-hostname': 'localhost',
        'cluster-preferred-endpoint-type': 'hostname',
      },
    },
    proxies: 'mapped',
    isUnserved: true,
    change: kill,
  }),
  changeRow({
    name: 'cluster-replica-killed',
    title: 'a replica that is read is killed',
    what: "Reads go to replicas (`scaleReads: 'slave'`). 400 GETs a second on all slots.",
    settings: { scaleReads: 'slave' },
    command: 'get',
    concerns: 'none',
    async change(cluster, victim) {
      const [replica] = await cluster.replicasOf(victim);
      await replica?.kill();
      await delay(3_000);
    },
  }),
  changeRow({
    name: 'cluster-password',
    title: 'the password is changed',
    what: `All nodes get a new password, which the application knows immediately; one node closes all its connections. ${load}`,
    cluster: { password: 'before' },
    settings: { password: 'before' },
    concerns: 'none',
    async change(cluster, victim, { peer }) {
      for (const node of cluster.nodes)
        for (const name of ['masterauth', 'requirepass']) await node.command('CONFIG', 'SET', name, 'after');
      peer.setPassword('after');
      await victim.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
  }),
];

async function kill(cluster: ClusterGroup, victim: RedisServer): Promise<void> {
  await victim.kill();
  await promotionOf(cluster, victim);
}
