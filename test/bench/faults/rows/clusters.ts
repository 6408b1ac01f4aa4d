import { startCluster, startProxy, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { figuresOf, keyOf, promotionOf, slotsOf } from './cluster-load.js';
import { untilServed } from './setting.js';

const settleMs = 3_000;

/** One node of a Cluster is away, or all have moved: what the calls for all slots see. */
export const clusters: readonly Row[] = [
  failoverRow('cluster-killed', 'Cluster under load on all slots: a primary is killed', (victim) =>
    victim.kill(),
  ),
  failoverRow('cluster-frozen', 'Cluster under load on all slots: a primary hangs', (victim) =>
    victim.freeze(),
  ),
  {
    name: 'cluster-moved',
    title: 'Cluster: all nodes get new addresses',
    what: 'Three nodes behind a service address; all are killed, and the address leads to three others. 200 SETs a second on all slots.',
    weight: 2,
    timeoutMs: 60_000,
    maxRepetitions: 3,
    async run(stage) {
      await using before = await startCluster({ nodes: 3, replicas: 0 });
      await using after = await startCluster({ nodes: 3, replicas: 0 });
      await using service = await startProxy({ target: before.nodes[0] as RedisServer });
      const { host, port } = service;
      const peer = stage.connect({ kind: 'cluster', nodes: [{ host, port }] });
      await untilServed(peer);
      const loop = new CallLoop((index) => peer.call('set', keyOf(index), '1'));
      await delay(about(stage, 1_000));
      const faultAt = performance.now();
      await before.killAll();
      service.retarget(after.nodes[0] as RedisServer);
      const backAt = performance.now();
      await delay(3_000);
      return { figures: figuresOf(await loop.finish(settleMs), { faultAt, backAt }, () => true) };
    },
  },
];

function failoverRow(name: string, title: string, strike: (victim: RedisServer) => Promise<void>): Row {
  return {
    name,
    title,
    what: 'Three primaries with a replica each, 400 SETs a second on all slots, full coverage required: until the promotion the servers refuse calls for other slots, too.',
    weight: 2,
    timeoutMs: 60_000,
    maxRepetitions: 3,
    async run(stage) {
      await using cluster = await startCluster();
      const peer = stage.connect({ kind: 'cluster', nodes: cluster.addresses });
      await untilServed(peer);
      const victim = await cluster.primaryOf(keyOf(0));
      const isAway = await slotsOf(cluster, victim);
      const loop = new CallLoop((index) => peer.call('set', keyOf(index), '1'), 2.5);
      await delay(about(stage, 1_000));
      const faultAt = performance.now();
      await strike(victim);
      const backAt = await promotionOf(cluster, victim);
      await delay(3_000);
      const calls = await loop.finish(settleMs);
      victim.thaw();
      return { figures: figuresOf(calls, { faultAt, backAt }, isAway) };
    },
  };
}
