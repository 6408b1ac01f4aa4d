/** What a node says of its cluster. */
export interface ClusterState {
  readonly isUp: boolean;
  /** Grows with each election, and when slots change their owner. */
  readonly epoch: number;
  /** Slots whose primary is known to have failed: a failover is about to be decided. */
  readonly failedSlots: number;
}

/** Reads the answer to CLUSTER INFO. */
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
