import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';

/** Number of connected nodes that are needed to ask about a failover: a single node may not know of it yet. */
const witnesses = 2;

/**
 * Connects to a primary that no call has needed yet, if too few nodes can be asked about a failover. A client that uses
 * the slots of only one node would otherwise have no node left to ask after losing that node. Connects to one node at a
 * time, because many nodes may be unavailable.
 */
export function connectWitness(
  cluster: Pick<ClusterDriver, 'primaries'>,
  answering: readonly NodeDriver[],
  random: () => number,
): void {
  if (answering.length >= witnesses) return;
  const primaries = cluster.primaries();
  const isComing = primaries.some(({ status }) => status === 'connecting' || status === 'handshake');
  const idle = isComing ? [] : primaries.filter(({ status }) => status === 'idle');
  idle[Math.floor(random() * idle.length)]?.connectNow();
}
