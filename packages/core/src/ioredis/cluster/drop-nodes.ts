import type { Redis } from 'ioredis';
import type { ClusterInternals } from './cluster-internals.ts';
import { nodesPerTurn } from './in-turns.ts';

/**
 * Disconnects these nodes, a few in each turn of the event loop: yields when the next turn has to begin. All nodes
 * leave the client's pool first: whenever a node ends, ioredis counts all nodes in the pool, which would take long.
 */
export function* dropNodes(target: ClusterInternals, nodes: readonly Redis[]): Iterable<void> {
  for (const { options } of nodes) target.connectionPool.removeNode(`${options.host}:${options.port}`);
  for (const [index, node] of nodes.entries()) {
    node.disconnect();
    if ((index + 1) % nodesPerTurn === 0) yield;
  }
}
