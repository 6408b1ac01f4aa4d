import { startCluster, type ClusterGroup, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figures } from '../../figure.js';
import type { ClusterSettings, Peer } from '../../peers/peer.js';
import type { Row } from '../../row.js';
import { about, type Stage } from '../../stage.js';
import { untilServed } from '../setting.js';
import { withTheInterfaceOfIoredis } from './change-row.js';
import { keyOf, promotionOf, slotsOf } from './cluster-load.js';
import { Feed, Listener } from './feed.js';

const subscribers = 6;
const keysOfEach = 3;
// Longer than core takes to detect that a primary with a blocking call does not reply.
const listenMs = 9_000;

/**
 * Rows of the fault table about blocking calls, subscribers and subscribers to shard channels while a primary is lost.
 */
export const clusterListeners: readonly Row[] = [
  listenersRow('killed', 'a primary is killed', async (cluster, victim) => {
    await victim.kill();
    await promotionOf(cluster, victim);
  }),
  listenersRow('frozen', 'a primary hangs', async (cluster, victim) => {
    await victim.freeze();
    await promotionOf(cluster, victim);
  }),
  listenersRow(
    'demoted',
    'a primary is demoted in an orderly way',
    async (cluster, victim) => void (await cluster.failover(victim)),
  ),
  listenersRow('resharded', 'their slots move to another node', async (cluster, victim, keys) => {
    const target = cluster.nodes.slice(0, 3).find((node) => node !== victim) as RedisServer;
    for (const key of keys) await cluster.migrateSlot(cluster.keySlot(key), target);
  }),
];

function listenersRow(
  name: string,
  title: string,
  strike: (cluster: ClusterGroup, victim: RedisServer, keys: readonly string[]) => Promise<void>,
): Row {
  return {
    name: `cluster-listeners-${name}`,
    title: `Cluster: blocking calls and subscribers, while ${title}`,
    what: `${keysOfEach * 2} clients wait with BLPOP without a timeout, half of them for keys of this primary; ${subscribers} others are subscribed to a channel and to ${keysOfEach * 2} shard channels. Every 50 ms, there is an element or a message for each of these clients. Lost: an element or message that a node accepted and no client received, if neither an error nor a \`gap\` event reports the loss.`,
    weight: 4,
    timeoutMs: 80_000,
    maxRepetitions: 2,
    isLong: true,
    only: withTheInterfaceOfIoredis,
    async run(stage) {
      await using cluster = await startCluster();
      const victim = await cluster.primaryOf(keyOf(0));
      const keys = await keysOf(cluster, victim);
      const feeds = [
        ...keys.map((key) => queueOf(stage, cluster, key)),
        broadcastTo(cluster, victim),
        ...keys.map((key) => shardChannel(cluster, key)),
      ];
      for (const peer of Array.from({ length: subscribers }, () =>
        connected(stage, cluster, { shardedSubscribers: true }),
      ))
        for (const feed of feeds) await feed.join(await peer);
      for (const feed of feeds) feed.begin();
      await delay(about(stage, 1_500));
      await strike(cluster, victim, keys.slice(0, keysOfEach));
      const backAt = performance.now();
      await delay(listenMs);
      for (const feed of feeds) feed.end();
      await delay(1_000);
      for (const feed of feeds) feed.close();
      const listeners = feeds.flatMap((feed) => feed.listeners);
      if (victim.frozen) victim.thaw();
      return { figures: figuresOf(listeners, backAt) };
    },
  };
}

function figuresOf(listeners: readonly Listener[], backAt: number): Figures {
  const sum = (count: (listener: Listener) => number): number =>
    listeners.reduce((total, listener) => total + count(listener), 0);
  const recoveredMs = Math.max(...listeners.map((listener) => listener.heardAgainAt(backAt) - backAt));
  return {
    lastRecoveredMs: recoveredMs === Infinity ? null : recoveredMs,
    failed: sum(({ errors }) => errors.length),
    gaps: sum(({ gaps }) => gaps.length),
    lost: sum((listener) => listener.lost()),
  };
}

/** Returns keys whose slots `victim` owns, and as many keys of other primaries. */
async function keysOf(cluster: ClusterGroup, victim: RedisServer): Promise<readonly string[]> {
  const isOwn = await slotsOf(cluster, victim);
  const keys = Array.from({ length: 128 }, (_, index) => keyOf(index));
  const own = keys.filter((key) => isOwn(cluster.keySlot(key)));
  const others = keys.filter((key) => !own.includes(key));
  return [...own.slice(0, keysOfEach), ...others.slice(0, keysOfEach)];
}

async function connected(stage: Stage, cluster: ClusterGroup, settings: ClusterSettings = {}): Promise<Peer> {
  const peer = stage.connect({ kind: 'cluster', nodes: cluster.addresses, settings });
  await untilServed(peer);
  return peer;
}

/** Creates a feed that pushes texts into a list, and a listener with a client of its own. */
function queueOf(stage: Stage, cluster: ClusterGroup, key: string): Feed {
  const feed = new Feed((text) => ownerOf(cluster, key).then((node) => node.command('RPUSH', key, text)));
  const listener = feed.listen();
  void connected(stage, cluster).then(async (peer) => {
    while (!feed.isOver) {
      try {
        const taken = (await peer.call('blpop', key, '0')) as [string, string] | null;
        if (taken !== null) listener.heard(taken[1]);
      } catch (error) {
        listener.failed(error);
        await delay(20);
      }
    }
  });
  return feed;
}

/** Creates a feed that publishes on a channel, always through a healthy node. */
function broadcastTo(cluster: ClusterGroup, victim: RedisServer): Feed {
  const node = cluster.nodes.slice(0, 3).find((each) => each !== victim) as RedisServer;
  return new Feed(
    (text) => node.command('PUBLISH', 'news', text),
    (peer, listener) => peer.subscribe('news', (text) => listener.heard(text)),
  );
}

function shardChannel(cluster: ClusterGroup, key: string): Feed {
  return new Feed(
    (text) => ownerOf(cluster, key).then((node) => node.command('SPUBLISH', key, text)),
    async (peer, listener) => peer.subscribeShard?.(key, (text) => listener.heard(text)),
  );
}

function ownerOf(cluster: ClusterGroup, key: string): Promise<RedisServer> {
  return cluster.primaryOf(key);
}
