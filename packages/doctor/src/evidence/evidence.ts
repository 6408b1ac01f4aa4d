import type { WalkTarget } from '../target/walk-target.ts';
import type { AppEvidence } from './application/app.ts';
import type { ApplicationEvidence } from './application/application.ts';
import type { ClusterEvidence } from './topology/cluster.ts';
import type { EnvironmentEvidence } from './environment.ts';
import type { HostEvidence } from './host/host.ts';
import type { NodeEvidence } from './node/node.ts';
import type { SentinelView } from './topology/sentinel.ts';

/**
 * Everything the rules may look at: gathered once, changed by nobody. A part that could not be reached, or that does
 * not belong to this kind of target, is undefined or empty.
 */
export interface Evidence {
  readonly target: WalkTarget;
  readonly environment: EnvironmentEvidence;
  /** The nodes in the order in which a client meets them: the target, or sentinels first, then primary and replicas. */
  readonly nodes: readonly NodeEvidence[];
  readonly sentinelViews: readonly SentinelView[];
  /** Names of primaries, when a sentinel answered where a Redis was expected. */
  readonly sentinelNames: readonly string[];
  readonly cluster: ClusterEvidence | undefined;
  readonly host: HostEvidence | undefined;
  readonly app: AppEvidence | undefined;
  readonly application: ApplicationEvidence | undefined;
  /** The credentials provider threw or took too long: its error's name. */
  readonly credentialsError: string | undefined;
  readonly isShort: boolean;
  readonly wallNow: number;
  readonly timeoutMs: number;
  /** The bound on time was reached before everything was looked at. */
  readonly ranOut: boolean;
}
