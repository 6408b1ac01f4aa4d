import {
  ConfigurationError,
  type RedisResilience,
  type ResilienceOptions,
  type ResilienceTarget,
} from '@redis-resilience/core';
import type { Cluster, Redis } from 'ioredis';
import { fromCluster, fromOptions, type LooseOptions } from './from-options.ts';
import { fromUrl, type UrlExtras } from './from-url.ts';
import type { WalkTarget } from './walk-target.ts';

/** Anything that can be diagnosed: any of core's targets, a RedisResilience, or an ioredis client. */
export type DiagnosisTarget = ResilienceTarget | RedisResilience | Redis | Cluster;

/** A target in the form that the walk uses, and the application's own objects if they were passed. */
export interface ResolvedTarget {
  readonly walk: WalkTarget;
  readonly resilience: RedisResilience | undefined;
  readonly client: Redis | Cluster | undefined;
}

/** The name of a target in a diagnosis, without credentials. @throws ConfigurationError when the target is malformed */
export function describeTarget(target: DiagnosisTarget): string {
  return resolveTarget(target).walk.shown;
}

/** @throws ConfigurationError for a malformed target, without showing credentials */
export function resolveTarget(target: DiagnosisTarget, extras: UrlExtras = {}): ResolvedTarget {
  if (typeof target === 'string') {
    return { walk: fromUrl(target, extras), resilience: undefined, client: undefined };
  }
  if (typeof target !== 'object' || target === null) {
    throw new ConfigurationError('diagnose needs a URL, options, a client or a resilience.');
  }
  if (isResilience(target)) {
    const { client } = target;
    const role = extras.role ?? settingsOf(target)?.connection?.role;
    return { walk: ofClient(client, { ...extras, role }), resilience: target, client };
  }
  if (isClient(target)) return { walk: ofClient(target, extras), resilience: undefined, client: target };
  if ('cluster' in target) {
    const options = { ...target.options?.redisOptions } as LooseOptions;
    const walk = fromCluster(target.cluster as readonly LooseOptions[], options, extras.role);
    return { walk, resilience: undefined, client: undefined };
  }
  return { walk: fromOptions(target as LooseOptions, extras.role), resilience: undefined, client: undefined };
}

/** The options of a RedisResilience with their defaults; undefined if another version of core created it. */
export function settingsOf(resilience: RedisResilience): ResilienceOptions | undefined {
  return (resilience as { settings?: ResilienceOptions }).settings;
}

function ofClient(client: Redis | Cluster, extras: UrlExtras): WalkTarget {
  const { options, startupNodes } = client as unknown as DriverParts;
  if (startupNodes === undefined) return fromOptions(options, extras.role);
  return fromCluster(startupNodes, options.redisOptions ?? {}, extras.role);
}

interface DriverParts {
  readonly options: LooseOptions & { readonly redisOptions?: LooseOptions };
  readonly startupNodes?: readonly (string | number | LooseOptions)[];
}

function isResilience(target: object): target is RedisResilience {
  return 'snapshot' in target && typeof target.snapshot === 'function' && 'client' in target;
}

function isClient(target: object): target is Redis | Cluster {
  return 'duplicate' in target && typeof target.duplicate === 'function';
}
