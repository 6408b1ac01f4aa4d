/** The state of the cluster, as one node reports it. */
export interface ClusterState {
  readonly isUp: boolean;
  /** Configuration epoch of the cluster. Increases with each election, and when slots change their owner. */
  readonly epoch: number;
  /** Number of slots whose primary is known to have failed, so that a failover is imminent. */
  readonly failedSlots: number;
}

/** Reads the reply to CLUSTER INFO. */
export function clusterStateOf(reply: unknown): ClusterState {
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
