import type { Deadline } from '../deadline.ts';
import type { ResolvedTarget } from '../target/resolve-target.ts';
import type { Login } from '../target/walk-target.ts';
import { gatherApp } from './application/app.ts';
import { gatherApplication } from './application/application.ts';
import { gatherClusterWalk } from './topology/cluster-walk.ts';
import { gatherEnvironment } from './environment.ts';
import type { Evidence } from './evidence.ts';
import { gatherHost, isThisHost, type HostEvidence } from './host/host.ts';
import { givenLogin } from './application/given-login.ts';
import { gatherSentinelWalk } from './topology/sentinel-walk.ts';
import { gatherStandaloneWalk } from './topology/standalone-walk.ts';
import type { Walk, WalkResult } from './topology/walk.ts';

/** The options of `diagnose` that decide what is gathered. */
export interface GatherOptions {
  readonly isShort: boolean;
  readonly appUrl: string | undefined;
  readonly looksAtHost: boolean;
  readonly timeoutMs: number;
}

export interface Place extends Pick<ResolvedTarget, 'walk' | 'database' | 'client' | 'resilience'> {
  /**
   * Whether this is the main one of several databases, or the only one. The application, its environment and this host
   * are examined only together with the main database.
   */
  readonly isMain: boolean;
}

/** Gathers all evidence about one database within the deadline. Failures are part of the evidence, not thrown. */
export async function gatherEvidence(
  { walk: target, database, client, resilience, isMain }: Place,
  options: GatherOptions,
  deadline: Deadline,
): Promise<Evidence> {
  const application = client === undefined ? undefined : gatherApplication(client, resilience);
  // If a database has a login of its own, that login is used instead of the credentials option of the RedisResilience.
  const hasOwnLogin = database !== undefined && target.login !== undefined;
  const { login, error } = await givenLogin(target.login, hasOwnLogin ? undefined : application, deadline);
  let host: Promise<HostEvidence | undefined> | undefined;
  const walk: Walk = {
    target,
    login,
    isShort: options.isShort,
    deadline,
    onAddresses: (endpoint, addresses) => {
      const isHere = endpoint.path !== undefined || isThisHost(addresses);
      if (isHere && isMain && options.looksAtHost) host ??= gatherHost(endpoint, deadline);
    },
  };
  const [result, app] = await Promise.all([
    walkOf(walk),
    options.appUrl === undefined || !isMain ? undefined : gatherApp(options.appUrl, deadline),
  ]);
  return {
    target,
    login,
    environment: gatherEnvironment(isMain ? process.env : {}),
    ...result,
    host: await host,
    app,
    application: isMain ? application : undefined,
    credentialsError: error,
    isShort: options.isShort,
    wallNow: deadline.clock.wallNow(),
    timeoutMs: options.timeoutMs,
    ranOut: deadline.over,
  };
}

function walkOf(walk: Walk & { readonly login: Login | undefined }): Promise<WalkResult> {
  switch (walk.target.kind) {
    case 'standalone':
      return gatherStandaloneWalk(walk);
    case 'sentinel':
      return gatherSentinelWalk(walk);
    case 'cluster':
      return gatherClusterWalk(walk, walk.target.endpoints);
    default:
      return walk.target.kind satisfies never;
  }
}
