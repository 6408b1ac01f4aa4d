import type { Deadline } from '../../deadline.ts';
import type { Endpoint, Login, WalkTarget } from '../../target/walk-target.ts';
import type { ClusterEvidence } from './cluster.ts';
import type { NodeEvidence } from '../node/node.ts';
import type { SentinelView } from './sentinel.ts';

/** One walk along the path to a target. */
export interface Walk {
  readonly target: WalkTarget;
  readonly login: Login | undefined;
  readonly isShort: boolean;
  readonly deadline: Deadline;
  /** Called with the addresses of each endpoint that the target names. */
  readonly onAddresses: (endpoint: Endpoint, addresses: readonly string[]) => void;
}

/** The part of the evidence that a walk gathers. */
export interface WalkResult {
  readonly nodes: readonly NodeEvidence[];
  readonly sentinelViews: readonly SentinelView[];
  readonly sentinelNames: readonly string[];
  readonly cluster: ClusterEvidence | undefined;
}
