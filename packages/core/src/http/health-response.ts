import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { criticalOf } from './critical-connections.ts';
import {
  elsewhere,
  healthCheck,
  isCritical,
  isElsewhere,
  overallHealth,
  type Critical,
} from './health-report.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import type { RedisSnapshot } from '../snapshot.ts';
import { retryAfterSeconds } from '../retry-after.ts';
import type { PlainResponse } from './plain-response.ts';

/** The only method of a `RedisResilience` that the health endpoints need. */
export type SnapshotSource = Pick<RedisResilience, 'snapshot'>;

/** Options of {@link renderReadiness} and {@link renderHealth}. */
export interface HealthOptions {
  /**
   * The connections without which the service cannot work: all (`true`), none (`false`), or a list of their names.
   * Default `false`.
   */
  readonly critical?: Critical;
}

/** The validators of {@link HealthOptions}. */
export const healthReaders: OptionReaders<HealthOptions> = { critical: criticalOf };

const headers = {
  'Content-Type': 'application/health+json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;
const alive: PlainResponse = { status: 200, headers, body: '{"status":"pass"}' };

/**
 * Returns the response of `/livez`, which only shows that the process can respond. The response never depends on Redis,
 * because an outage of Redis must not make Kubernetes restart the process.
 */
export function renderLiveness(): PlainResponse {
  return alive;
}

/**
 * Returns the response of `/readyz`: 503 only while a critical connection is down.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 *
 * @example
 * renderReadiness([cache, sessions], { critical: ['sessions'] }).status; // 503 while sessions is down, else 200
 */
export function renderReadiness(
  resiliences: readonly SnapshotSource[],
  options: HealthOptions = {},
): PlainResponse {
  const { critical = false } = checkOptions('renderReadiness', options, healthReaders);
  const snapshots = resiliences.map((resilience) => resilience.snapshot());
  const away = snapshots
    .filter((snapshot) => snapshot.status !== 'up' || isElsewhere(snapshot))
    .map(describe)
    .join(' ');
  const status = overallHealth(snapshots, critical);
  const body =
    away === '' ? `{"status":"${status}"}` : `{"status":"${status}","output":${JSON.stringify(away)}}`;
  return respond(snapshots, critical, body);
}

/**
 * Returns the response of `/health/redis`: `pass`, `warn` or `fail` for the service, and one check for each connection,
 * under a key that contains the connection's name.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 *
 * @example
 * JSON.parse(renderHealth([resilience]).body).checks['redis-default'][0].redis.status; // 'up'
 */
export function renderHealth(
  resiliences: readonly SnapshotSource[],
  options: HealthOptions = {},
): PlainResponse {
  const { critical = false } = checkOptions('renderHealth', options, healthReaders);
  const snapshots = resiliences.map((resilience) => resilience.snapshot());
  const checks = new Map<string, string[]>();
  for (const snapshot of snapshots) {
    const key = checkKey(snapshot.name);
    const entries = checks.get(key);
    if (entries) entries.push(renderCheck(snapshot));
    else checks.set(key, [renderCheck(snapshot)]);
  }
  const entries = Array.from(checks, ([key, values]) => `${JSON.stringify(key)}:[${values.join(',')}]`);
  return respond(
    snapshots,
    critical,
    `{"status":"${overallHealth(snapshots, critical)}","checks":{${entries.join(',')}}}`,
  );
}

/**
 * Returns the name of a connection's check. Colons are replaced, because the health draft uses a colon to separate the
 * two parts of a check's name.
 */
function checkKey(name: string): string {
  return `redis-${name.replaceAll(':', '-')}`;
}

/** The JSON of each snapshot that has been rendered. A snapshot never changes, so it is rendered only once. */
const rendered = new WeakMap<RedisSnapshot, string>();

function renderCheck(snapshot: RedisSnapshot): string {
  const known = rendered.get(snapshot);
  if (known !== undefined) return known;
  const check = JSON.stringify(healthCheck(snapshot));
  rendered.set(snapshot, check);
  return check;
}

function describe(snapshot: RedisSnapshot): string {
  if (isElsewhere(snapshot)) return elsewhere(snapshot);
  return `Redis connection ${snapshot.name} is ${snapshot.status} (${snapshot.cause?.code ?? snapshot.connection}).`;
}

function respond(snapshots: readonly RedisSnapshot[], critical: Critical, body: string): PlainResponse {
  const failed = snapshots.filter(({ name, status }) => status === 'down' && isCritical(name, critical));
  if (failed.length === 0) return { status: 200, headers, body };
  const retryAfterMs = Math.max(...failed.map((snapshot) => snapshot.retryAfterMs ?? 0));
  return { status: 503, headers: { ...headers, 'Retry-After': retryAfterSeconds(retryAfterMs) }, body };
}
