import { describeCause } from '../cause.ts';
import type { DatabaseInUse } from '../database-report.ts';
import type { RedisSnapshot, Status } from '../snapshot.ts';

/** The values of `status` that the IETF draft draft-inadarei-api-health-check-06 defines. */
export type HealthStatus = 'pass' | 'warn' | 'fail';

/** The connections without which the service cannot work: all (`true`), none (`false`), or a list of their names. */
export type Critical = boolean | readonly string[];

const healthStatuses: Readonly<Record<Status, HealthStatus>> = { up: 'pass', degraded: 'warn', down: 'fail' };

/** Returns the health of one connection, whether or not it is critical. */
export function healthOf(snapshot: RedisSnapshot): HealthStatus {
  return isElsewhere(snapshot) ? 'warn' : healthStatuses[snapshot.status];
}

/** Whether everything works, but on a database other than the preferred one. */
export function isElsewhere({ status, database }: RedisSnapshot): boolean {
  return status === 'up' && database?.preferred === false;
}

/** Whether the service needs the connection with this name in order to work. */
export function isCritical(name: string, critical: Critical): boolean {
  return typeof critical === 'boolean' ? critical : critical.includes(name);
}

/**
 * Returns the status of the service, as far as this connection determines it. If the connection is down but not
 * critical, the service is only degraded.
 */
export function serviceStatus(snapshot: RedisSnapshot, critical: boolean): Status {
  return snapshot.status === 'down' && !critical ? 'degraded' : snapshot.status;
}

/**
 * Returns the health of the service: `fail` if a critical connection is down; otherwise `warn` if a connection is not
 * up, or not on its preferred database; otherwise `pass`.
 */
export function overallHealth(snapshots: readonly RedisSnapshot[], critical: Critical): HealthStatus {
  const statuses = snapshots.map((snapshot) => serviceStatus(snapshot, isCritical(snapshot.name, critical)));
  if (statuses.includes('down')) return 'fail';
  return statuses.includes('degraded') || snapshots.some(isElsewhere) ? 'warn' : 'pass';
}

/** One entry of `checks` in `application/health+json`, without any host, key, value or credential. */
export interface HealthCheck {
  readonly componentId: string;
  readonly componentType: 'datastore';
  readonly status: HealthStatus;
  /**
   * The reason for the status, in one sentence; absent on `pass`. After `isolate()`, this sentence does not include the
   * reason that the application gave.
   */
  readonly output?: string;
  readonly redis: {
    readonly status: Status;
    readonly reads: boolean;
    readonly writes: boolean;
    readonly connection: RedisSnapshot['connection'];
    readonly circuit: RedisSnapshot['circuit'];
    readonly cause?: string;
    /** The Redis database in use, if there are several. */
    readonly database?: DatabaseInUse;
    readonly since: string;
    readonly retryAfterMs?: number;
    readonly outages: number;
    readonly attempts: number;
  };
}

/** Renders a snapshot in the format of the health draft; this library's own fields are under `redis`. */
export function healthCheck(snapshot: RedisSnapshot): HealthCheck {
  const { cause, database, retryAfterMs } = snapshot;
  return {
    componentId: snapshot.name,
    componentType: 'datastore',
    status: healthOf(snapshot),
    ...(cause && { output: cause.code === 'isolated' ? describeCause('isolated') : cause.message }),
    ...(isElsewhere(snapshot) && { output: elsewhere(snapshot) }),
    redis: {
      status: snapshot.status,
      reads: snapshot.reads,
      writes: snapshot.writes,
      connection: snapshot.connection,
      circuit: snapshot.circuit,
      ...(cause && { cause: cause.code }),
      ...(database && { database }),
      since: snapshot.since.toISOString(),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      outages: snapshot.outages,
      attempts: snapshot.attempts,
    },
  };
}

/** Returns one sentence about a connection that is not using its preferred database. */
export function elsewhere({ name, database }: RedisSnapshot): string {
  return `Redis connection ${name} is up on its database ${database?.name ?? ''}, which is not the preferred one.`;
}
