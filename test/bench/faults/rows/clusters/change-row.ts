import {
  startCluster,
  startProxy,
  type ChaosProxy,
  type ClusterGroup,
  type RedisServer,
  type StartClusterOptions,
} from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../../call-loop.js';
import { withoutBreakers } from '../../peers/all-peers.js';
import type { ClusterSettings, Peer } from '../../peers/peer.js';
import type { Row } from '../../row.js';
import { about } from '../../stage.js';
import { untilServed } from '../setting.js';
import { figuresOf, keyOf, ownersOf } from './cluster-load.js';
import { RefusingNodes } from './refusing-nodes.js';

/** A change of a Cluster under load, and the slots that it affects. */
export interface Change {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly cluster?: StartClusterOptions;
  /**
   * If set, each node is behind a proxy. `announced`: the nodes announce the addresses of the proxies; `mapped`: the
   * nodes announce host names, which the client maps to the proxies.
   */
  readonly proxies?: 'announced' | 'mapped';
  /** Ignored by clients that do not have the API of ioredis. */
  readonly settings?: ClusterSettings;
  /** @default SET */
  readonly command?: 'get';
  /** Makes the change, and resolves when the nodes serve all slots again. */
  change(cluster: ClusterGroup, victim: RedisServer, means: Means): Promise<void>;
  /** Whether no node serves the affected slots until the change is complete. */
  readonly isUnserved?: boolean;
  /**
   * The nodes whose slots the change affects: by default, only `victim`. @default 'victim'
   */
  readonly concerns?: 'all' | 'none';
  /** Whether `--quick` runs the row. */
  readonly isQuick?: boolean;
}

/** What a change may use in addition to the servers. */
export interface Means {
  readonly peer: Peer;
  readonly proxies: readonly ChaosProxy[];
}

/** Names of the clients that have the API of ioredis. */
export const withTheInterfaceOfIoredis = ['ours', 'ours-patient', 'ioredis', 'ioredis-guides'];

/** Describes the calls that run during a change of the Cluster. */
export const load = '400 SETs a second on all slots.';

const settleMs = 3_000;

export function changeRow(change: Change): Row {
  const { name, title, what, isQuick, settings, proxies: fronts, command = 'set' } = change;
  return {
    name,
    title: `Cluster under load on all slots: ${title}`,
    what,
    weight: 2,
    timeoutMs: 80_000,
    maxRepetitions: 2,
    ...(isQuick === true ? {} : { isLong: true }),
    only: settings === undefined && fronts !== 'mapped' ? withoutBreakers : withTheInterfaceOfIoredis,
    async run(stage) {
      await using cluster = await startCluster(change.cluster);
      // `primaryOf` must be called before the nodes announce the addresses of their proxies, because the group does not
      // know its nodes by those addresses.
      const victim = await cluster.primaryOf(keyOf(0));
      const owners = await ownersOf(cluster);
      const proxies = fronts === undefined ? [] : await proxiesOf(cluster, fronts);
      try {
        const reached = fronts === undefined ? cluster.nodes : proxies;
        const nodes = reached.map(({ host, port }) => ({ host, port }));
        const natMap = fronts === 'mapped' ? { natMap: mapOf(cluster, proxies) } : {};
        const peer = stage.connect({ kind: 'cluster', nodes, settings: { ...settings, ...natMap } });
        await untilServed(peer);
        const loop = new CallLoop(
          (index) =>
            command === 'get' ? peer.call('get', keyOf(index)) : peer.call('set', keyOf(index), '1'),
          2.5,
        );
        using refusing = new RefusingNodes(cluster.nodes);
        await delay(about(stage, 1_000));
        const faultAt = performance.now();
        await change.change(cluster, victim, { peer, proxies });
        const backAt = performance.now();
        await delay(2_500);
        const calls = await loop.finish(settleMs);
        const { concerns = 'victim', isUnserved } = change;
        const isAway = (slot: number): boolean =>
          concerns === 'victim' ? owners.get(slot) === victim : concerns === 'all';
        const wasRefused = (slot: number, from: number, until: number): boolean =>
          refusing.refusedAll(owners.get(slot), from, until);
        return { figures: figuresOf(calls, { faultAt, backAt, isUnserved }, isAway, wasRefused) };
      } finally {
        await Promise.all(proxies.map((proxy) => proxy.close()));
      }
    },
  };
}

async function proxiesOf(
  cluster: ClusterGroup,
  fronts: 'announced' | 'mapped',
): Promise<readonly ChaosProxy[]> {
  const proxies = await Promise.all(cluster.nodes.map((target) => startProxy({ target })));
  if (fronts === 'announced')
    for (const [index, { port }] of proxies.entries())
      await cluster.nodes[index]?.command('CONFIG', 'SET', 'cluster-announce-port', String(port));
  return proxies;
}

function mapOf(
  cluster: ClusterGroup,
  proxies: readonly ChaosProxy[],
): NonNullable<ClusterSettings['natMap']> {
  return Object.fromEntries(
    proxies.map(({ port }, index) => [
      `localhost:${cluster.nodes[index]?.port}`,
      { host: 'localhost', port },
    ]),
  );
}
