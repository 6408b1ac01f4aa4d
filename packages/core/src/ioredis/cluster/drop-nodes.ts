import type { Redis } from 'ioredis';
import type { Clock } from '../../clock.ts';
import type { ClusterInternals } from './cluster-internals.ts';
import { inTurns, nodesPerTurn } from './in-turns.ts';

/**
 * Ends most nodes of a client that is about to be closed, a few in each turn of the event loop, because ioredis would
 * end all of them in one turn. The last few nodes are left to ioredis, because a client without nodes would reconnect.
 */
export async function endMostNodes(target: ClusterInternals, clock: Clock): Promise<void> {
  const most = target.connectionPool.getNodes().slice(nodesPerTurn);
  if (most.length === 0) return;
  // The status is set without emitting the event `disconnecting`, because ioredis emits it when the client is told to
  // disconnect.
  target.status = 'disconnecting';
  target.manuallyClosing = true;
  await inTurns(dropNodes(target, most), clock, () => target.status !== 'disconnecting');
}

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
