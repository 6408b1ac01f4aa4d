import type { Deadline } from '../../deadline.ts';
import type { Endpoint, Login, WalkTarget } from '../../target/walk-target.ts';
import type { ClusterEvidence } from './cluster.ts';
import type { NodeEvidence } from '../node/node.ts';
import type { SentinelView } from './sentinel.ts';

/** One walk along the path of a target. */
export interface Walk {
  readonly target: WalkTarget;
  readonly login: Login | undefined;
  readonly isShort: boolean;
  readonly deadline: Deadline;
  /** The addresses of the endpoint a client begins with. */
  readonly onAddresses: (endpoint: Endpoint, addresses: readonly string[]) => void;
}

/** What a walk brings home. */
export interface WalkResult {
  readonly nodes: readonly NodeEvidence[];
  readonly sentinelViews: readonly SentinelView[];
  readonly sentinelNames: readonly string[];
  readonly cluster: ClusterEvidence | undefined;
}
