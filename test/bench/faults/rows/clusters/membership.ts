import {
  startCluster,
  startProxy,
  startRedis,
  waitFor,
  type ClusterGroup,
  type RedisServer,
} from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../../call-loop.js';
import { withoutBreakers } from '../../peers/all-peers.js';
import type { Row } from '../../row.js';
import { about } from '../../stage.js';
import { untilServed } from '../setting.js';
import { changeRow, load } from './change-row.js';
import { figuresOf, keyOf, promotionOf, slotsOf } from './cluster-load.js';

/** Rows of the fault table in which slots move to other nodes, and nodes join or leave. */
export const clusterMembership: readonly Row[] = [
  changeRow({
    name: 'cluster-resharded',
    title: 'slots move to another node',
    what: `Eight slots with their keys move, one after the other. ${load}`,
    cluster: { nodes: 3, replicas: 0 },
    async change(cluster, victim) {
      const target = cluster.nodes.find((node) => node !== victim) as RedisServer;
      for (const slot of (await usedSlotsOf(cluster, victim)).slice(0, 8))
        await cluster.migrateSlot(slot, target);
    },
  }),
  changeRow({
    name: 'cluster-reshard-killed',
    title: 'a primary is killed while slots move away from it',
    what: `Four slots have moved, and four are half-migrated: one of their keys is on the other node. Full coverage is not required, because some of these slots remain without a node for a while. ${load}`,
    cluster: { config: { 'cluster-require-full-coverage': 'no' } },
    async change(cluster, victim) {
      const target = cluster.nodes.slice(0, 3).find((node) => node !== victim) as RedisServer;
      const slots = await usedSlotsOf(cluster, victim);
      for (const slot of slots.slice(0, 4)) await cluster.migrateSlot(slot, target);
      for (const slot of slots.slice(4, 8))
        await (await cluster.startSlotMigration(slot, target)).moveKeys(1);
      await victim.kill();
      await promotionOf(cluster, victim);
    },
  }),
  changeRow({
    name: 'cluster-node-added',
    title: 'a node joins, takes slots, gives them back and leaves',
    what: `Sixteen slots move with their keys. The node is stopped once all others have forgotten it. ${load}`,
    cluster: { nodes: 3, replicas: 0 },
    concerns: 'none',
    async change(cluster, victim) {
      await using guest = await startRedis({
        cluster: true,
        // `victim` stays a primary without slots until it leaves the Cluster.
        config: { 'cluster-node-timeout': 1_000, 'cluster-allow-replica-migration': 'no' },
      });
      const [guestId, victimId] = [await idOf(guest), await idOf(victim)];
      await victim.command('CLUSTER', 'MEET', guest.host, guest.port);
      await waitFor(async () => {
        const views = await Promise.all(cluster.nodes.map((node) => node.command('CLUSTER', 'NODES')));
        const state = String(await guest.command('CLUSTER', 'INFO'));
        return views.every((view) => String(view).includes(guestId)) && state.includes('cluster_state:ok');
      });
      const slots = (await usedSlotsOf(cluster, victim)).slice(0, 16);
      const members = [...cluster.nodes, guest];
      for (const slot of slots)
        await moveSlot(slot, { from: victim, to: guest, ids: [victimId, guestId], members });
      await delay(500);
      for (const slot of slots)
        await moveSlot(slot, { from: guest, to: victim, ids: [guestId, victimId], members });
      for (const node of cluster.nodes) await node.command('CLUSTER', 'FORGET', guestId);
    },
  }),
  {
    name: 'cluster-moved',
    title: 'Cluster: all nodes get new addresses',
    what: 'Three nodes behind a service address; all are killed, and the address then leads to three other nodes. 200 SETs a second on all slots.',
    weight: 2,
    timeoutMs: 60_000,
    maxRepetitions: 2,
    only: withoutBreakers,
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
      return { figures: figuresOf(await loop.finish(3_000), { faultAt, backAt }, () => true) };
    },
  },
];

/** Returns the slots of this node that the test's keys use. */
async function usedSlotsOf(cluster: ClusterGroup, node: RedisServer): Promise<readonly number[]> {
  const used = [...new Set(Array.from({ length: 128 }, (_, index) => cluster.keySlot(keyOf(index))))];
  return used.filter(await slotsOf(cluster, node));
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.command('CLUSTER', 'MYID'));
}

/**
 * Moves a slot as `redis-cli` does for resharding; unlike `cluster.migrateSlot`, this function also accepts a
 * node that the group did not start.
 */
async function moveSlot(
  slot: number,
  {
    from,
    to,
    ids: [fromId, toId],
    members,
  }: {
    readonly from: RedisServer;
    readonly to: RedisServer;
    readonly ids: readonly [from: string, to: string];
    readonly members: readonly RedisServer[];
  },
): Promise<void> {
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
  if (keys.length > 0) await from.command('MIGRATE', to.host, to.port, '', 0, 5_000, 'KEYS', ...keys);
  for (const node of [to, from, ...members]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
}
