import {
  keySlot,
  startCluster,
  startProxy,
  type ClusterGroup,
  type RedisServer,
} from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf } from '../../report/statistics.js';
import { durationOf, CallLoop, type Call } from '../call-loop.js';
import type { Figures } from '../figure.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { untilServed } from './setting.js';

/** The slots are looked at in so many groups of neighbours. */
const groups = 16;
const slotsPerGroup = 16_384 / groups;
const keys = keysOfAllGroups();
const slots = keys.map((key) => keySlot(key));
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

/** `backAt`: when a replica was promoted. `isAway`: whether the fault concerns a slot. */
function figuresOf(
  calls: readonly Call[],
  { faultAt, backAt }: { readonly faultAt: number; readonly backAt: number },
  isAway: (slot: number) => boolean,
): Figures {
  const now = performance.now();
  const since = calls
    .map((call, index) => ({ call, slot: slots[index % slots.length] ?? 0 }))
    .filter(({ call }) => call.issuedAt >= faultAt);
  const firstAnswers = Array.from({ length: groups }, (_, group) => {
    const own = since.filter(({ call, slot }) => Math.floor(slot / slotsPerGroup) === group && !call.error);
    const answered = own.map(({ call }) => call.settledAt ?? Infinity).filter((at) => at >= backAt);
    return Math.min(...answered, Infinity);
  });
  const recoveredAt = Math.max(...firstAnswers);
  const failed = since.filter(({ call }) => call.error !== undefined);
  const durations = since.map(({ call }) => durationOf(call, now));
  return {
    lastRecoveredMs: recoveredAt === Infinity ? null : recoveredAt - backAt,
    awayP50Ms: percentileOf(durations, 0.5),
    awayP99Ms: percentileOf(durations, 0.99),
    failed: failed.length,
    bystanders: failed.filter(({ slot }) => !isAway(slot)).length,
    errorsAfter: failed.filter(({ call }) => call.issuedAt > recoveredAt).length,
    unsettled: since.filter(({ call }) => call.settledAt === undefined).length,
  };
}

async function slotsOf(cluster: ClusterGroup, node: RedisServer): Promise<(slot: number) => boolean> {
  const owned = new Set<number>();
  for (const slot of slots) if ((await cluster.primaryOf(slot)) === node) owned.add(slot);
  return (slot) => owned.has(slot);
}

async function promotionOf(cluster: ClusterGroup, victim: RedisServer): Promise<number> {
  for (;;) {
    for (const node of cluster.nodes.slice(3)) {
      const role = await node.command('ROLE').catch(() => undefined);
      if (node !== victim && Array.isArray(role) && role[0] === 'master') return performance.now();
    }
    await delay(3);
  }
}

/** Some keys of each group of slots, one group after the other. */
function keysOfAllGroups(): readonly string[] {
  const perGroup = 8;
  const found: string[][] = Array.from({ length: groups }, () => []);
  for (let index = 0; found.some(({ length }) => length < perGroup); index++) {
    const key = `key:${index}`;
    const own = found[Math.floor(keySlot(key) / slotsPerGroup)] as string[];
    if (own.length < perGroup) own.push(key);
  }
  return Array.from({ length: perGroup }, (_, index) => found.map((own) => own[index] as string)).flat();
}

function keyOf(index: number): string {
  return keys[index % keys.length] as string;
}
