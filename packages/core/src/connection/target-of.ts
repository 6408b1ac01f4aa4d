import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Driver } from '../driver/driver.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Settings } from '../options/settings.ts';
import type { CredentialsSource } from '../handshake/credentials.ts';
import type { Target } from '../handshake/establish.ts';
import { endpointKey, tlsOf, type Endpoint, type OpenSocket } from '../handshake/open-socket.ts';
import type { SentinelOptions } from '../sentinel/sentinel-options.ts';
import { SentinelResolver } from '../sentinel/sentinel-resolver.ts';

/** A target, and the resolver behind it where there are sentinels. */
export type ResolvedTarget = Target & { readonly resolver: SentinelResolver | undefined };

/** The part of a driver that says where it leads. */
export type Signpost = Pick<Driver, 'options' | 'database' | 'speaksResp3'>;

/** Reads the target from the client's own options, again at each attempt. */
export function targetOf(
  driver: Signpost,
  settings: Settings,
  credentials: { readonly source: CredentialsSource },
  open: OpenSocket,
): ResolvedTarget {
  const { connection } = settings;
  const { options } = driver;
  const hasSentinels = Array.isArray(options['sentinels']);
  const resolver = hasSentinels
    ? new SentinelResolver(
        () => driver.options as unknown as SentinelOptions,
        open,
        settings.clock,
        settings.random,
      )
    : undefined;
  return {
    resolver,
    open,
    endpoint: (signal) =>
      resolver === undefined ? Promise.resolve(ownEndpoint(options)) : resolver.resolve(signal),
    get credentials() {
      return credentials.source ?? ownCredentials(options);
    },
    credentialsTimeoutMs: connection.credentialsTimeoutMs,
    keepAliveMs: connection.keepAliveMs,
    wantsHello: () => driver.speaksResp3(),
    session: () => ({
      database: driver.database,
      clientName: (options['connectionName'] as string | null | undefined) || undefined,
      readOnly: options['readOnly'] === true,
    }),
    requiresPrimary: hasSentinels && options['role'] !== 'slave' && connection.role === 'primary',
  };
}

/** The key by which a process shares one dialer: the endpoint as configured, never a credential. */
export function dialerKey(driver: Pick<Signpost, 'options'>): string {
  const { options } = driver;
  const { sentinels } = options as { sentinels?: readonly { host?: string; port?: number }[] };
  if (sentinels === undefined || sentinels === null) return endpointKey(ownEndpoint(options));
  const addresses = sentinels.map(({ host, port }) => `${host ?? 'localhost'}:${port ?? 26_379}`);
  const role = options['role'] === 'slave' ? 'replicas' : 'primary';
  return `sentinel:${role}:${String(options['name'])}@${addresses.toSorted().join(',')}`;
}

/** The endpoint in the client's own options. */
export function ownEndpoint(options: Readonly<Record<string, unknown>>): Endpoint {
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

/** The credentials in the client's own options; undefined when there are none. */
export function ownCredentials(options: Readonly<Record<string, unknown>>): Credentials | undefined {
  const { username, password } = options as { username?: string | null; password?: string | null };
  if (password === undefined || password === null) return undefined;
  return { username: username ?? undefined, password };
}

/** The credentials for the sentinels themselves; undefined when there are none. */
export function sentinelCredentials(driver: Pick<Signpost, 'options'>): Credentials | undefined {
  const { sentinelUsername, sentinelPassword } = driver.options as unknown as SentinelOptions;
  if (!sentinelPassword) return undefined;
  return { username: sentinelUsername ?? undefined, password: sentinelPassword };
}
