import type { Redis } from 'ioredis';
import type { NodeDriver, NodeVerdicts } from '../../driver/cluster-driver.ts';
import type { ClusterInternals, NodeRole } from './cluster-internals.ts';
import { IoredisNode } from './node-driver.ts';
import { readFromAnswering } from './read-nodes.ts';

/** Returns all nodes in a client's pool, including those that {@link preferAnswering} hides from the application. */
export function driversIn({ connectionPool }: ClusterInternals, role: NodeRole): readonly NodeDriver[] {
  return connectionPool.getNodes(role).map((node) => IoredisNode.of(node));
}

/** Implements `ClusterDriver.preferAnswering`. */
export function preferAnswering(
  target: ClusterInternals,
  verdicts: NodeVerdicts,
  random: () => number,
): void {
  const isAway = (node: Redis): boolean => verdicts.isAway(IoredisNode.of(node));
  readFromAnswering(target, isAway, random);
  sampleAnswering(target, isAway, random);
  hideLost(target, (node) => verdicts.isLost(IoredisNode.of(node)));
}

/** Makes the client send a command that any node can serve, such as PING, to a node that is not away, if there is one. */
function sampleAnswering(
  { connectionPool: pool }: ClusterInternals,
  isAway: (node: Redis) => boolean,
  random: () => number,
): void {
  const sample = pool.getSampleInstance.bind(pool);
  pool.getSampleInstance = (role) => {
    const usable = pool.getNodes(role).filter((node) => !isAway(node));
    return usable[Math.floor(random() * usable.length)] ?? sample(role);
  };
}

/**
 * Leaves lost nodes out of `nodes()`, as ioredis does. This library dials lost nodes in order to notice their recovery,
 * and a node that is being dialed is in the client's pool. A client that ends has to end them, too.
 */
function hideLost(target: ClusterInternals, isLost: (node: Redis) => boolean): void {
  const nodes = target.nodes.bind(target);
  target.nodes = (role) => {
    const all = nodes(role);
    if (target.status === 'disconnecting') return all;
    return all.filter((node) => node.status === 'ready' || !isLost(node));
  };
}
