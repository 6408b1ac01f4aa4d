import type { ClusterFlushes } from './cluster-flushes.ts';
import type { ClusterNodeParts } from './nodes/cluster-node.ts';

export interface TopologyParts extends ClusterNodeParts {
  readonly clusterFlushes: ClusterFlushes;
  /** Returns whether any call of the client waits, for whatever reason. */
  readonly isAwaited: () => boolean;
}
