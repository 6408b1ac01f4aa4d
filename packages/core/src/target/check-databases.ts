import { ConfigurationError } from '../errors.ts';
import { completeOptions } from '../ioredis/lead-to.ts';
import { placeOptionNames } from '../ioredis/known-options.ts';
import type { RedisOptions } from '../ioredis/clients.ts';
import { booleanOf, nameOf, weightOf } from '../options/option-readers.ts';
import { checkKeys, invalid } from '../options/validate-options.ts';
import { checkTarget } from './check-target.ts';
import type { DatabaseTarget, DatabasesTarget, ResilienceTarget } from './resilience-target.ts';

/** One of several Redis databases, after its options have been checked. */
export interface CheckedDatabase {
  readonly name: string;
  readonly weight: number;
  readonly isReadOnly: boolean;
  /** The options with which the ioredis client is constructed. */
  readonly given: RedisOptions;
  /** The same options, with the defaults of ioredis filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

export function isDatabasesTarget(target: ResilienceTarget): target is DatabasesTarget {
  // A `RedisResilience`, which may be passed by mistake, has a method named `databases`; another check rejects it with
  // an explanation.
  return (
    typeof target === 'object' &&
    target !== null &&
    'databases' in target &&
    typeof target.databases !== 'function'
  );
}

/**
 * Checks a list of Redis databases before any connection is opened.
 *
 * @throws ConfigurationError if the list is empty, two databases share a name or endpoint, all are read-only, one is a
 *   Cluster, a weight is not a number, or the databases differ in an option that must be the same for all
 */
export function checkDatabases(target: DatabasesTarget): readonly CheckedDatabase[] {
  checkKeys(target, { databases: () => undefined }, 'target');
  const { databases } = target;
  if (!Array.isArray(databases) || databases.length === 0) {
    throw invalid('target.databases', databases, 'a list of at least one database');
  }
  const checked = databases.map((database, index) => checkDatabase(database, `target.databases[${index}]`));
  if (checked.every(({ isReadOnly }) => isReadOnly)) {
    throw new ConfigurationError(
      'All of target.databases are readOnly. At least one has to take writes: leave readOnly out there.',
    );
  }
  for (const [index, database] of checked.entries()) {
    const path = `target.databases[${index}]`;
    for (const other of checked.slice(0, index)) checkPair(database, other, path);
  }
  return checked;
}

const readers = {
  name: nameOf,
  target: () => undefined,
  weight: weightOf,
  readOnly: booleanOf,
};

/** Rejects a database that is given as a mere URL, or as an object with a `url` instead of a `target`. */
function refuseBareUrl(database: unknown, path: string): void {
  const hasUrl = typeof database === 'object' && database !== null && 'url' in database;
  if (!hasUrl && typeof database !== 'string') return;
  throw new ConfigurationError(
    `The option ${path} must be an object with a name and a target. Write { name: 'first', target: url }.`,
  );
}

function checkDatabase(database: DatabaseTarget, path: string): CheckedDatabase {
  refuseBareUrl(database, path);
  checkKeys(database, readers, path);
  const { name, target, weight = 1, readOnly = false } = database;
  nameOf(name, `${path}.name`);
  if (target === undefined) throw invalid(`${path}.target`, target, 'a URL or an object');
  const isNested = typeof target === 'object' && target !== null && 'databases' in target;
  const place = isNested ? undefined : checkTarget(target);
  if (place === undefined || place.kind === 'cluster') {
    throw new ConfigurationError(
      `The option ${path}.target is ${isNested ? 'a list of databases' : 'a Cluster'}. Each database is one server, ` +
        'or a primary behind Sentinel.',
    );
  }
  const given = place.options;
  return { name, weight, isReadOnly: readOnly, given, options: completeOptions(given) };
}

function checkPair(database: CheckedDatabase, other: CheckedDatabase, path: string): void {
  if (database.name === other.name) {
    throw new ConfigurationError(
      `The option ${path}.name is that of another database. Give each a name of its own.`,
    );
  }
  if (placeKey(database) === placeKey(other)) {
    throw new ConfigurationError(
      `The option ${path}.target leads to the same place as another database, so that both are away together. ` +
        'Give each a server of its own.',
    );
  }
  for (const name of new Set([...Object.keys(database.given), ...Object.keys(other.given)])) {
    if (placeOptionNames.includes(name)) continue;
    const [one, two] = [database, other].map(
      ({ given }) => (given as Readonly<Record<string, unknown>>)[name],
    );
    if (!isAlike(one, two)) {
      throw new ConfigurationError(
        `The option ${path}.target.${name} belongs to the client, which is the same for all databases. ` +
          'Give it to each of them, with the same value.',
      );
    }
  }
}

function placeKey({ options }: CheckedDatabase): string {
  const { host, port, path, sentinels, name } = options as {
    host?: string;
    port?: number | string;
    path?: string | null;
    sentinels?: readonly { host?: string; port?: number }[] | null;
    name?: string;
  };
  if (sentinels) {
    const addresses = sentinels.map((sentinel) => `${hostKey(sentinel.host)}:${sentinel.port ?? 26_379}`);
    return `${name}@${addresses.toSorted().join(',')}`;
  }
  return path ?? `${hostKey(host)}:${port ?? 6379}`;
}

function hostKey(host = 'localhost'): string {
  const lower = host.toLowerCase();
  return lower === 'localhost' || lower === '::1' ? '127.0.0.1' : lower;
}

function isAlike(one: unknown, two: unknown): boolean {
  return one === two || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(two));
}
