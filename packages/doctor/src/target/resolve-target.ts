import {
  ConfigurationError,
  type DatabasesTarget,
  type RedisResilience,
  type ResilienceOptions,
  type ResilienceTarget,
} from '@redis-resilience/core';
import { databasesOf, type KnownDatabase } from '@redis-resilience/core/kit';
import type { Cluster, Redis } from 'ioredis';
import { fromCluster, fromOptions, type LooseOptions } from './from-options.ts';
import { fromUrl, type UrlExtras } from './from-url.ts';
import type { NameLookup, WalkTarget } from './walk-target.ts';

/**
 * Anything that can be diagnosed: whatever `createRedisResilience` accepts, a `RedisResilience`, or an ioredis client.
 */
export type DiagnosisTarget = ResilienceTarget | RedisResilience | Redis | Cluster;

/** One of several databases. */
export interface ResolvedDatabase {
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly walk: WalkTarget;
}

/** The target of `diagnose` in one form, whether it was a URL, options, a client or a RedisResilience. */
export interface ResolvedTarget {
  /**
   * The server, sentinels or Cluster to examine. If the target has several databases, `walk` leads to the database in
   * use or, if the target is not a RedisResilience, to the preferred database.
   */
  readonly walk: WalkTarget;
  /** The name of the database that `walk` leads to; undefined if there is only one. */
  readonly database: string | undefined;
  readonly isReadOnly: boolean;
  /** All databases except the one that `walk` leads to. */
  readonly others: readonly ResolvedDatabase[];
  readonly resilience: RedisResilience | undefined;
  readonly client: Redis | Cluster | undefined;
}

/**
 * Returns the text that stands for a target in a diagnosis, without credentials.
 *
 * @throws ConfigurationError when the target is malformed
 */
export function describeTarget(target: DiagnosisTarget): string {
  return shownOf(resolveTarget(target));
}

/** Returns the target as text without credentials. If there are several databases, the text lists all of them. */
export function shownOf({ walk, others }: ResolvedTarget): string {
  return [walk, ...others.map((other) => other.walk)].map(({ shown }) => shown).join(', ');
}

/**
 * Converts the target of `diagnose` to the common form.
 *
 * @throws ConfigurationError when the target is malformed; the error contains no credentials
 */
export function resolveTarget(target: DiagnosisTarget, extras: UrlExtras = {}): ResolvedTarget {
  if (typeof target !== 'string' && (typeof target !== 'object' || target === null)) {
    throw new ConfigurationError(
      'diagnose needs a Redis URL, ioredis options, an ioredis client or a RedisResilience.',
    );
  }
  const resilience = typeof target === 'object' && isResilience(target) ? target : undefined;
  const client = resilience?.client ?? (typeof target === 'object' && isClient(target) ? target : undefined);
  const databases = databasesOf(target as ResilienceTarget).map((database) => ofDatabase(database, extras));
  const inUse = resilience?.snapshot().database?.name ?? preferredOf(databases)?.name;
  const main = databases.find(({ name }) => name === inUse);
  return {
    walk: main?.walk ?? ofSingle(target as Exclude<DiagnosisTarget, DatabasesTarget>, extras),
    database: main?.name,
    isReadOnly: main?.isReadOnly === true,
    others: databases.filter((database) => database !== main),
    resilience,
    client,
  };
}

type WeighedDatabase = ResolvedDatabase & Pick<KnownDatabase, 'weight'>;

function ofDatabase(
  { name, weight, isReadOnly, options }: KnownDatabase,
  { role }: UrlExtras,
): WeighedDatabase {
  const expected = isReadOnly ? 'any' : role;
  return { name, weight, isReadOnly, walk: fromOptions(options, expected) };
}

function preferredOf(databases: readonly WeighedDatabase[]): WeighedDatabase | undefined {
  const writable = databases.filter(({ isReadOnly }) => !isReadOnly);
  return writable.toSorted((one, other) => other.weight - one.weight)[0];
}

function ofSingle(target: Exclude<DiagnosisTarget, DatabasesTarget>, extras: UrlExtras): WalkTarget {
  if (typeof target === 'string') return fromUrl(target, extras);
  if (isResilience(target)) {
    const role = extras.role ?? settingsOf(target)?.connection?.role;
    return ofClient(target.client, { ...extras, role });
  }
  if (isClient(target)) return ofClient(target, extras);
  if ('cluster' in target) {
    const options = { ...target.options?.redisOptions } as LooseOptions;
    const { dnsLookup } = (target.options ?? {}) as { dnsLookup?: NameLookup };
    return fromCluster(target.cluster as readonly LooseOptions[], options, extras.role, dnsLookup);
  }
  return fromOptions(target as LooseOptions, extras.role);
}

/**
 * Returns the options of a RedisResilience with their defaults; undefined if the RedisResilience comes from a version
 * of core that does not reveal its options.
 */
export function settingsOf(resilience: RedisResilience): ResilienceOptions | undefined {
  return (resilience as { settings?: ResilienceOptions }).settings;
}

function ofClient(client: Redis | Cluster, extras: UrlExtras): WalkTarget {
  const { options, startupNodes } = client as unknown as DriverParts;
  if (startupNodes === undefined) return fromOptions(options, extras.role);
  return fromCluster(startupNodes, options.redisOptions ?? {}, extras.role, options.dnsLookup);
}

interface DriverParts {
  readonly options: LooseOptions & { readonly redisOptions?: LooseOptions; readonly dnsLookup?: NameLookup };
  readonly startupNodes?: readonly (string | number | LooseOptions)[];
}

function isResilience(target: object): target is RedisResilience {
  return 'snapshot' in target && typeof target.snapshot === 'function' && 'client' in target;
}

function isClient(target: object): target is Redis | Cluster {
  return 'duplicate' in target && typeof target.duplicate === 'function';
}
