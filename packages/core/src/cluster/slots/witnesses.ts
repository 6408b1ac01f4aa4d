import type { NodeDriver } from '../../driver/cluster-driver.ts';

/** With so many nodes to ask, a failover is noticed although one of them does not know of it yet. */
const witnesses = 2;

/**
 * Connects to primaries that no call has needed yet, until enough of them can be asked about a failover: otherwise, a
 * client that uses the slots of one node alone would have nobody to ask when it loses that node.
 */
export function connectWitnesses(
  primaries: readonly NodeDriver[],
  answering: readonly NodeDriver[],
  random: () => number,
): void {
  const idle = primaries.filter(({ status }) => status === 'idle');
  const coming = primaries.filter(({ status }) => status === 'connecting' || status === 'handshake');
  for (let missing = witnesses - answering.length - coming.length; missing > 0 && idle.length > 0; missing--)
    idle.splice(Math.floor(random() * idle.length), 1)[0]?.connectNow();
}
