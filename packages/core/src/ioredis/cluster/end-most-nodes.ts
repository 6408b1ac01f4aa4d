import type { Clock } from '../../clock.ts';
import type { ClusterInternals } from './cluster-internals.ts';
import { inTurns, nodesPerTurn } from './in-turns.ts';

/**
 * Ends most nodes of a client that is about to be closed, a few in each turn of the event loop: ioredis ends all of
 * them in one turn. The last ones are left to ioredis, because it would connect again without any node.
 */
export async function endMostNodes(target: ClusterInternals, clock: Clock): Promise<void> {
  if (target.nodes().length <= nodesPerTurn) return;
  // Without an event: the client emits it when it is told to disconnect.
  target.status = 'disconnecting';
  await inTurns(steps(target), clock, () => target.status !== 'disconnecting');
}

function* steps(target: ClusterInternals): Iterable<void> {
  for (let nodes = target.nodes(); nodes.length > nodesPerTurn; nodes = target.nodes()) {
    for (const node of nodes.slice(0, Math.min(nodesPerTurn, nodes.length - nodesPerTurn))) {
      node.disconnect();
      target.connectionPool.removeNode(`${node.options.host}:${node.options.port}`);
    }
    yield;
  }
}
