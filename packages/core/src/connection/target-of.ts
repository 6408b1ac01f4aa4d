import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Redis } from 'ioredis';
import { optionsOf, speaksResp3 } from '../ioredis/client.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Settings } from '../settings.ts';
import type { CredentialsSource } from '../handshake/credentials.ts';
import type { Target } from '../handshake/establish.ts';
import { endpointKey, type Endpoint } from '../handshake/open-socket.ts';
import { SentinelResolver, type SentinelOptions } from '../sentinel/sentinel-resolver.ts';

/** A target, and the resolver behind it where there are sentinels. */
export type ResolvedTarget = Target & { readonly resolver: SentinelResolver | undefined };

/** Reads from a client's own options where it wants to go, anew at each attempt. */
export function targetOf(
  client: Redis,
  settings: Settings,
  credentials: { readonly source: CredentialsSource },
): ResolvedTarget {
  const { connection } = settings;
  const options = optionsOf(client);
  const hasSentinels = Array.isArray(options['sentinels']);
  const resolver = hasSentinels
    ? new SentinelResolver(
        () => optionsOf(client) as unknown as SentinelOptions,
        settings.clock,
        settings.random,
      )
    : undefined;
  return {
    resolver,
    endpoint: (signal) =>
      resolver === undefined ? Promise.resolve(ownEndpoint(options)) : resolver.resolve(signal),
    get credentials() {
      return credentials.source ?? ownCredentials(options);
    },
    credentialsTimeoutMs: connection.credentialsTimeoutMs,
    keepAliveMs: connection.keepAliveMs,
    wantsHello: () => speaksResp3(client),
    requiresPrimary: hasSentinels && options['role'] !== 'slave' && connection.role === 'primary',
  };
}

/** By what a process shares one dialer: the endpoint as configured, never a credential. */
export function dialerKey(client: Redis): string {
  const options = optionsOf(client);
  const { sentinels } = options as { sentinels?: readonly { host?: string; port?: number }[] };
  if (sentinels === undefined || sentinels === null) return endpointKey(ownEndpoint(options));
  const addresses = sentinels.map(({ host, port }) => `${host ?? 'localhost'}:${port ?? 26_379}`);
  const role = options['role'] === 'slave' ? 'replicas' : 'primary';
  return `sentinel:${role}:${String(options['name'])}@${addresses.toSorted().join(',')}`;
}

function ownEndpoint(options: Record<string, unknown>): Endpoint {
  const { host, port, path, family, tls } = options as {
    host?: string;
    port?: number | string;
    path?: string | null;
    family?: number;
    tls?: TlsOptions | true;
  };
  return {
    host,
    port: port === undefined ? undefined : Number(port),
    path: path ?? undefined,
    family,
    tls: tlsOf(tls),
  };
}

/** ioredis takes `tls: true` for the defaults. */
export function tlsOf(tls: TlsOptions | boolean | null | undefined): TlsOptions | undefined {
  if (tls === true) return {};
  return tls === false || tls === null ? undefined : tls;
}

/** What the client's own options say; undefined when nothing. */
export function ownCredentials(options: Record<string, unknown>): Credentials | undefined {
  const { username, password } = options as { username?: string | null; password?: string | null };
  if (password === undefined || password === null) return undefined;
  return { username: username ?? undefined, password };
}

/** What the sentinels themselves want to be told; undefined when nothing. */
export function sentinelCredentials(client: Redis): Credentials | undefined {
  const { sentinelUsername, sentinelPassword } = optionsOf(client) as unknown as SentinelOptions;
  if (!sentinelPassword) return undefined;
  return { username: sentinelUsername ?? undefined, password: sentinelPassword };
}
