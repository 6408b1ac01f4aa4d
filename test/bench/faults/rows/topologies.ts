import { startCluster, startSentinel, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import type { Figures } from '../figure.js';
import { observeOutage } from '../outage.js';
import { withoutBreakers } from '../peers/all-peers.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { untilServed } from './setting.js';

/** Rows of the fault table in which Redis performs a failover. */
export const topologies: readonly Row[] = [
  {
    name: 'sentinel-failover',
    title: 'Sentinel: primary hangs, a replica is promoted, the old one wakes',
    what: 'Three sentinels, three nodes. The primary is frozen, and thawed 3 s after the promotion. One SET every 5 ms, each with its own key.',
    weight: 2,
    timeoutMs: 80_000,
    only: withoutBreakers,
    async run(stage) {
      await using group = await startSentinel();
      const peer = stage.connect({ kind: 'sentinel', sentinels: group.sentinelAddresses, name: group.name });
      await untilServed(peer);
      const acknowledged: string[] = [];
      const loop = new CallLoop((index) =>
        peer.call('set', `write:${index}`, '1').then(() => acknowledged.push(`write:${index}`)),
      );
      await delay(about(stage, 800));
      const faultAt = performance.now();
      await group.primary.freeze();
      const promoted = await firstPrimaryOf(group.replicas);
      const backAt = performance.now();
      await delay(about(stage, 3_000));
      group.primary.thaw();
      const figures = await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 15_000 });
      return { figures: { ...figures, lost: await missing(promoted, acknowledged) } };
    },
  },
  {
    name: 'cluster-failover',
    title: 'Cluster: a primary is killed, its replica takes over',
    what: 'Six nodes. One SET every 5 ms, each with its own key, in slots of the killed primary.',
    weight: 2,
    timeoutMs: 80_000,
    only: withoutBreakers,
    async run(stage) {
      await using cluster = await startCluster();
      const peer = stage.connect({ kind: 'cluster', nodes: cluster.addresses });
      await untilServed(peer);
      const primary = await cluster.primaryOf('{a}');
      const acknowledged: string[] = [];
      const loop = new CallLoop((index) =>
        peer.call('set', `{a}:${index}`, '1').then(() => acknowledged.push(`{a}:${index}`)),
      );
      await delay(about(stage, 800));
      const faultAt = performance.now();
      await primary.kill();
      const promoted = await newPrimaryOf(() => cluster.primaryOf('{a}'), primary);
      const backAt = performance.now();
      const figures: Figures = await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 12_000 });
      return { figures: { ...figures, lost: await missing(promoted, acknowledged) } };
    },
  },
];

async function firstPrimaryOf(replicas: readonly RedisServer[]): Promise<RedisServer> {
  for (;;) {
    for (const replica of replicas) {
      // A replica closes its connections when it is promoted.
      const role = await replica.command('ROLE').catch(() => undefined);
      if (Array.isArray(role) && role[0] === 'master') return replica;
    }
    await delay(5);
  }
}

async function newPrimaryOf(look: () => Promise<RedisServer>, former: RedisServer): Promise<RedisServer> {
  for (;;) {
    const primary = await look().catch(() => undefined);
    if (primary !== undefined && primary !== former) return primary;
    await delay(5);
  }
}

async function missing(server: RedisServer, keys: readonly string[]): Promise<number> {
  await server.command('PING').catch(() => undefined);
  let found = 0;
  for (let first = 0; first < keys.length; first += 500) {
    found += Number(await server.command('EXISTS', ...keys.slice(first, first + 500)));
  }
  return keys.length - found;
}
