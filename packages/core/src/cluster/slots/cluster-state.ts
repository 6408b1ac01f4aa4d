import type { NodeDriver } from '../../driver/cluster-driver.ts';

/** The state of the cluster, as one node reports it. */
export interface ClusterState {
  readonly isUp: boolean;
  /** Configuration epoch of the cluster. Increases with each election, and when slots change their owner. */
  readonly epoch: number;
  /** Number of slots whose primary is known to have failed, so that a failover is imminent. */
  readonly failedSlots: number;
}

/**
 * Asks a node for the state of the cluster. Resolves with undefined if the node cannot be asked or replies with an
 * error.
 */
export async function askState(node: NodeDriver): Promise<ClusterState | undefined> {
  try {
    return clusterStateOf(await node.ask('cluster', ['INFO']));
  } catch {
    return undefined;
  }
}

/** Reads the reply to CLUSTER INFO. */
function clusterStateOf(reply: unknown): ClusterState {
  const text = String(reply);
  return {
    isUp: text.includes('cluster_state:ok'),
    epoch: numberIn(text, 'cluster_current_epoch'),
    failedSlots: numberIn(text, 'cluster_slots_fail'),
  };
}

function numberIn(text: string, field: string): number {
  return Number(new RegExp(`${field}:(\\d+)`).exec(text)?.[1] ?? 0);
}
