import { checkKnownOptions } from '@redis-resilience/core/protocol';
import { inParallel } from '../in-parallel.ts';
import { fleetOptionNames, startFleet, type FleetOptions } from '../server/server-fleet.ts';
import { ClusterGroup } from './cluster-group.ts';
import { joinCluster } from './join-cluster.ts';

/** Options of `startCluster`. */
export interface StartClusterOptions extends FleetOptions {
  /** Total number of nodes; Redis requires at least three primaries. @default 6 */
  readonly nodes?: number;
  /** Replicas of each primary. @default 1 */
  readonly replicas?: number;
  /** How many milliseconds a node must be silent before the other nodes consider it failed. @default 1000 */
  readonly nodeTimeoutMs?: number;
}

/**
 * Starts a real Redis Cluster: by default three primaries with one replica each. Resolves when every node
 * reports `cluster_state:ok` and all replicas are in sync. The start takes at least two seconds, because a
 * Redis primary waits that long before it reports `ok`.
 *
 * @example
 * await using cluster = await startCluster();
 * const client = new Cluster(cluster.addresses);
 * await client.set('a', '1');
 * await (await cluster.primaryOf('a')).kill();
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<ClusterGroup> {
  checkKnownOptions('startCluster', options, {
    ...fleetOptionNames,
    nodes: true,
    replicas: true,
    nodeTimeoutMs: true,
  });
  const { nodes: count = 6, replicas = 1, nodeTimeoutMs = 1_000, password } = options;
  const primaries = Math.floor(count / (replicas + 1));
  if (primaries < 1)
    throw new RangeError(`${count} nodes are too few for ${replicas} replicas of each primary`);
  return startFleet(options, async (fleet) => {
    const config = { 'cluster-node-timeout': nodeTimeoutMs, ...options.config };
    const nodes = await inParallel(count, () => fleet.start({ cluster: true, config }));
    await joinCluster(nodes, primaries);
    const group = new ClusterGroup(nodes, password, () => fleet.stop());
    await group.waitUntilOk();
    return group;
  });
}
