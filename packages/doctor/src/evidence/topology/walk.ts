import type { Deadline } from '../../deadline.ts';
import type { Endpoint, Login, WalkTarget } from '../../target/walk-target.ts';
import type { ClusterEvidence } from './cluster.ts';
import type { NodeEvidence } from '../node/node.ts';
import type { SentinelView } from './sentinel.ts';

/** The input of a walk, in which the doctor follows the path to every node of a target. */
export interface Walk {
  readonly target: WalkTarget;
  readonly login: Login | undefined;
  readonly isShort: boolean;
  readonly deadline: Deadline;
  /** Called once for each endpoint that the target names, with its IP addresses; a unix socket has none. */
  readonly onAddresses: (endpoint: Endpoint, addresses: readonly string[]) => void;
}

/** The evidence about all nodes of a target, as one part of `Evidence`. */
export interface WalkResult {
  readonly nodes: readonly NodeEvidence[];
  readonly sentinelViews: readonly SentinelView[];
  readonly sentinelNames: readonly string[];
  readonly cluster: ClusterEvidence | undefined;
}
