import type { RedisResilience } from '../redis-resilience.ts';
import { checkDatabases, isDatabasesTarget } from './check-databases.ts';
import type { ResilienceTarget } from './resilience-target.ts';
import { severalUrls } from './several-urls.ts';

/** One of several databases, as the application configured it. */
export interface KnownDatabase {
  readonly name: string;
  readonly weight: number;
  readonly isReadOnly: boolean;
  /** The ioredis options for connecting to the database, including the login. */
  readonly options: Readonly<Record<string, unknown>>;
}

const known = new WeakMap<RedisResilience, readonly KnownDatabase[]>();

/** Remembers the databases of a `RedisResilience` for {@link databasesOf}. */
export function noteDatabases(resilience: RedisResilience, databases: readonly KnownDatabase[]): void {
  known.set(resilience, databases);
}

/**
 * Returns the databases of a `RedisResilience` or of a target, in the configured order. The list is empty if the target
 * is a single database.
 *
 * @throws ConfigurationError for a target whose list of databases is malformed
 */
export function databasesOf(source: RedisResilience | ResilienceTarget): readonly KnownDatabase[] {
  const databases = known.get(source as RedisResilience);
  if (databases !== undefined) return databases;
  const target = typeof source === 'string' ? severalUrls(source) : source;
  if (target === undefined || !isDatabasesTarget(target)) return [];
  return checkDatabases(target);
}
