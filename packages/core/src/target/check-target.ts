import type { ClusterNode, ClusterOptions, RedisOptions } from '../ioredis/clients.ts';
import { clusterOptionNames, redisOptionNames } from '../ioredis/known-options.ts';
import { ConfigurationError } from '../errors.ts';
import { isResilience } from '../options/resilience-readers.ts';
import { hasMethod } from '../options/has-method.ts';
import { resilienceOptionNames } from '../options/settings.ts';
import { checkKeys, invalid, objectOf } from '../options/validate-options.ts';
import { checkDriverOptions } from './check-driver-options.ts';
import { clientKindOf } from './client-kind.ts';
import { clusterNodeOptions } from './cluster-node.ts';
import { driverOptionsOf } from './driver-options.ts';
import { parseTarget } from './parse-target.ts';
import type { ParsedTarget } from './parsed-target.ts';
import type { ClusterTarget, DatabasesTarget, ResilienceTarget } from './resilience-target.ts';

/**
 * The arguments to construct the ioredis client with. A URL is converted to options, because ioredis would parse the
 * URL by different rules.
 */
export type CheckedTarget =
  | { readonly kind: 'redis'; readonly options: RedisOptions }
  | { readonly kind: 'cluster'; readonly nodes: ClusterNode[]; readonly options: ClusterOptions };

/**
 * Checks a target before any connection is opened.
 *
 * @throws ConfigurationError for a malformed URL, a port out of range or an empty list of nodes; the error never
 *   contains a credential
 */
export function checkTarget(target: Exclude<ResilienceTarget, DatabasesTarget>): CheckedTarget {
  if (typeof target === 'string') return driverOptionsOf(parsed(target));
  refuseMistaken(target);
  return 'cluster' in target ? checkCluster(target) : checkOptions(target);
}

let latest: { readonly text: string; readonly target: ParsedTarget } | undefined;

// Processes that make many connections make most of them with one URL.
function parsed(text: string): ParsedTarget {
  if (latest?.text !== text) latest = { text, target: parseTarget(text) };
  return latest.target;
}

/** Rejects values that are often passed by mistake instead of a target, and says what to write instead. */
function refuseMistaken(target: unknown): void {
  const kind = clientKindOf(target);
  if (kind === 'ioredis') refuse('a client of ioredis', 'protect(client)');
  if (kind !== undefined)
    refuse(`a client of ${kind}`, 'createRedisResilience(url), with the URL that it connects to');
  if (isResilience(target)) refuse('a resilience already', 'resilience.client for its client');
  if (hasMethod(target, 'then')) refuse('a promise', 'createRedisResilience(await target)');
  if (target instanceof URL) refuse('a URL object', 'createRedisResilience(url.href)');
  if (Array.isArray(target)) refuse('a list', 'createRedisResilience({ cluster: nodes })');
  if (typeof target === 'number') refuse('a number', 'createRedisResilience({ host, port })');
  if (typeof target !== 'object' || target === null) throw invalid('target', target, 'a URL or an object');
  if (typeof (target as { url?: unknown }).url === 'string') {
    refuse('an object with a url', 'createRedisResilience(url, options)');
  }
}

function refuse(given: string, meant: string): never {
  throw new ConfigurationError(`The target of createRedisResilience() is ${given}. Write ${meant}.`);
}

function checkCluster(target: ClusterTarget): CheckedTarget {
  if (!Array.isArray(target.cluster) || target.cluster.length === 0) {
    throw invalid('target.cluster', target.cluster, 'a list of at least one node');
  }
  refuseMisplaced(target);
  checkKeys(target, clusterTargetKeys, 'target');
  if (target.options !== undefined) checkDriverOptions('cluster', target.options, 'target.options');
  for (const node of target.cluster) {
    if (typeof node === 'object' && node !== null) checkDriverOptions('redis', node, 'target.cluster');
  }
  return { kind: 'cluster', nodes: target.cluster.map(clusterNodeOptions), options: target.options ?? {} };
}

/**
 * Rejects an option that was passed in the same object as `cluster` but belongs elsewhere. The error shows where the
 * option belongs.
 */
function refuseMisplaced(target: object): void {
  for (const name of Object.keys(target)) {
    if (Object.hasOwn(clusterTargetKeys, name)) continue;
    const place = placeOf(name);
    if (place === undefined) continue;
    throw new ConfigurationError(
      `The option target.${name} does not exist. Write createRedisResilience(${place}).`,
    );
  }
}

function placeOf(name: string): string | undefined {
  if (resilienceOptionNames.includes(name)) return `{ cluster: nodes }, { ${name} }`;
  if (clusterOptionNames.includes(name)) return `{ cluster: nodes, options: { ${name} } }`;
  if (redisOptionNames.includes(name)) return `{ cluster: nodes, options: { redisOptions: { ${name} } } }`;
  return undefined;
}

const clusterTargetKeys = { cluster: () => undefined, options: objectOf(undefined) };

function checkOptions(options: RedisOptions): CheckedTarget {
  checkDriverOptions('redis', options, 'target');
  if (options.port !== undefined) checkPort(options.port, 'target.port');
  // Like ioredis, takes null as not set.
  const { host, sentinels } = options as { host?: unknown; sentinels?: unknown };
  if (host !== undefined && host !== null && typeof host !== 'string') {
    throw invalid('target.host', host, 'a host name');
  }
  if (options.host?.includes('://')) refuse('an object with a URL as its host', 'createRedisResilience(url)');
  if (/^[^:/]+:\d+$/.test(options.host ?? '')) {
    refuse('an object whose host contains a port', 'createRedisResilience({ host, port })');
  }
  checkDatabase(options.db);
  const hasSentinels = sentinels !== undefined && sentinels !== null;
  if (hasSentinels && !(sentinels as unknown[]).length) {
    throw invalid('target.sentinels', sentinels, 'a list of at least one sentinel');
  }
  if (hasSentinels && typeof options.name !== 'string') {
    throw invalid('target.name', options.name, 'the name of the primary that the sentinels watch');
  }
  return { kind: 'redis', options };
}

// Like the port, the database number may be a string, because it often comes from an environment variable.
function checkDatabase(db: unknown): void {
  if (db === undefined || db === null) return;
  const number = typeof db === 'string' && db !== '' ? Number(db) : db;
  if (!Number.isInteger(number) || (number as number) < 0) {
    throw invalid('target.db', db, 'a whole number of at least 0');
  }
}

function checkPort(port: unknown, path: string): void {
  const number = typeof port === 'string' ? Number(port) : port;
  if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > 65_535) {
    throw invalid(path, port, 'a port from 1 to 65535');
  }
}
