import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';

/** With this many nodes to ask, a failover is noticed even if one of them does not know of it yet. */
const witnesses = 2;

/**
 * Connects to a primary that no call has needed yet, if too few nodes can be asked about a failover: otherwise, a
 * client that uses the slots of only one node would have no node to ask when it loses that one. Connects to one node at
 * a time, because many may be unavailable.
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
