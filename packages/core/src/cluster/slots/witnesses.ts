import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';

/** With so many nodes to ask, a failover is noticed although one of them does not know of it yet. */
const witnesses = 2;

/**
 * Connects to a primary that no call has needed yet, if too few can be asked about a failover: otherwise, a client that
 * uses the slots of one node alone would have nobody to ask when it loses that node. One at a time, because many nodes
 * may be away.
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
