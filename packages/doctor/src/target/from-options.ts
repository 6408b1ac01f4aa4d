import { lookup } from 'node:dns';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { ConfigurationError } from '@redis-resilience/core';
import { clusterNodeOptions } from '@redis-resilience/core/protocol';
import { shownTarget, type Endpoint, type Login, type NameLookup, type WalkTarget } from './walk-target.ts';

/** The ioredis options that the doctor reads, each of which may be missing or null. */
export interface LooseOptions {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly path?: string | null;
  readonly family?: number | null;
  readonly tls?: TlsOptions | boolean | null;
  readonly username?: string | null;
  readonly password?: string | null;
  readonly db?: number | string | null;
  readonly sentinels?: readonly { readonly host?: string; readonly port?: number }[] | null;
  readonly name?: string | null;
  readonly role?: string | null;
  readonly readOnly?: boolean | null;
  readonly sentinelUsername?: string | null;
  readonly sentinelPassword?: string | null;
  readonly sentinelTLS?: TlsOptions | boolean | null;
  readonly enableTLSForSentinelMode?: boolean | null;
}

/**
 * Reads a target from ioredis options, which name a host and port, a unix socket, or sentinels.
 *
 * @throws ConfigurationError when a port is invalid, or sentinels are given without the name of the primary
 */
export function fromOptions(options: LooseOptions, role: 'primary' | 'any' | undefined): WalkTarget {
  const sentinels = options.sentinels ?? [];
  const family = options.family ?? 0;
  const kind = sentinels.length > 0 ? 'sentinel' : 'standalone';
  const endpoints =
    kind === 'sentinel'
      ? sentinels.map(({ host = 'localhost', port = 26_379 }) => ({ host, port: portOf(port), family }))
      : [ownEndpoint(options, family)];
  const target = {
    kind,
    endpoints,
    // Behind Sentinel, ioredis uses TLS for the servers only if `enableTLSForSentinelMode` is set.
    tls: kind === 'sentinel' && options.enableTLSForSentinelMode !== true ? undefined : tlsOf(options.tls),
    login: loginFrom(options.username, options.password),
    database: Number(options.db ?? 0),
    role: role ?? (options.role === 'slave' || options.readOnly === true ? 'any' : 'primary'),
    primaryName: kind === 'sentinel' ? nameOf(options) : undefined,
    sentinelTls: tlsOf(options.sentinelTLS),
    sentinelLogin: loginFrom(options.sentinelUsername, options.sentinelPassword),
    hasNameOnly: false,
  } as const;
  return { ...target, shown: shownTarget(target) };
}

/**
 * Makes a Cluster target from the start nodes and the options that all nodes share.
 *
 * @throws ConfigurationError when there is no start node, or a port is invalid
 */
export function fromCluster(
  nodes: readonly (string | number | LooseOptions)[],
  options: LooseOptions,
  role: 'primary' | 'any' | undefined,
  dnsLookup?: NameLookup,
): WalkTarget {
  const seeds = nodes.map((node) => seedOf(node));
  // The lookup of Node itself, which is the default of ioredis, tells less than the doctor finds out.
  const own = dnsLookup === undefined || dnsLookup === lookup ? {} : { lookup: dnsLookup };
  const [first] = seeds;
  if (first === undefined) throw new ConfigurationError('A cluster target needs at least one node.');
  const target = {
    kind: 'cluster',
    endpoints: seeds.flatMap(({ endpoints }) => endpoints.map((endpoint) => ({ ...endpoint, ...own }))),
    tls: tlsOf(options.tls) ?? first.tls,
    login: loginFrom(options.username, options.password) ?? first.login,
    database: 0,
    role: role ?? 'primary',
    primaryName: undefined,
    sentinelTls: undefined,
    sentinelLogin: undefined,
    hasNameOnly: false,
  } as const;
  return { ...target, shown: shownTarget(target) };
}

function seedOf(node: string | number | LooseOptions): WalkTarget {
  const options = clusterNodeOptions(node);
  return fromOptions(typeof options === 'number' ? { port: options } : options, undefined);
}

function nameOf({ name }: LooseOptions): string {
  if (typeof name === 'string') return name;
  throw new ConfigurationError('A target with sentinels needs the name of the primary that they watch.');
}

function ownEndpoint(options: LooseOptions, family: number): Endpoint {
  const { host, port, path } = options;
  return { host: host || 'localhost', port: portOf(port ?? 6379), path: path || undefined, family };
}

function portOf(port: number | string): number {
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new ConfigurationError('The port of the target must be a whole number from 1 to 65535.');
  }
  return number;
}

function tlsOf(tls: TlsOptions | boolean | null | undefined): TlsOptions | undefined {
  if (tls === true) return {};
  return tls === false || tls === null ? undefined : tls;
}

function loginFrom(
  username: string | null | undefined,
  password: string | null | undefined,
): Login | undefined {
  if (password === undefined || password === null || password === '') return undefined;
  return { username: username || undefined, password };
}
