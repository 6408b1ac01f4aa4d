import type { Login, WalkTarget } from '../target/walk-target.ts';
import type { AppEvidence } from './application/app.ts';
import type { ApplicationEvidence } from './application/application.ts';
import type { ClusterEvidence } from './topology/cluster.ts';
import type { EnvironmentEvidence } from './environment.ts';
import type { HostEvidence } from './host/host.ts';
import type { NodeEvidence } from './node/node.ts';
import type { SentinelView } from './topology/sentinel.ts';

/**
 * Everything that the rules may examine; it is gathered once, before any rule runs. What could not be examined, or does
 * not apply to this kind of target, is undefined or empty.
 */
export interface Evidence {
  readonly target: WalkTarget;
  /** The credentials that were used: from the target, or from `connection.credentials` of the RedisResilience. */
  readonly login: Login | undefined;
  readonly environment: EnvironmentEvidence;
  /**
   * First the nodes that the target names (for Sentinel, the sentinels), then the nodes that a sentinel or a Cluster
   * node has reported.
   */
  readonly nodes: readonly NodeEvidence[];
  readonly sentinelViews: readonly SentinelView[];
  /** The names of the primaries that a sentinel watches, if a sentinel replied where a Redis server was expected. */
  readonly sentinelNames: readonly string[];
  readonly cluster: ClusterEvidence | undefined;
  readonly host: HostEvidence | undefined;
  readonly app: AppEvidence | undefined;
  readonly application: ApplicationEvidence | undefined;
  /** Why the credentials function of the RedisResilience gave no credentials: the name of its error, or `timeout`. */
  readonly credentialsError: string | undefined;
  readonly isShort: boolean;
  readonly wallNow: number;
  readonly timeoutMs: number;
  /** Whether the time limit was reached before everything was examined. */
  readonly ranOut: boolean;
}
