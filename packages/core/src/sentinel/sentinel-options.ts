import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { driverCredentials } from '../handshake/credentials.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { PreferredReplicas } from './choose-replica.ts';

/** The ioredis options for finding the primary through its sentinels. */
export interface SentinelOptions {
  sentinels: { host?: string; port?: number; family?: number }[];
  name: string;
  role?: 'master' | 'slave';
  sentinelUsername?: string | null;
  sentinelPassword?: string | number | null;
  /** TLS for connections to the sentinels. */
  sentinelTLS?: TlsOptions | boolean | null;
  /** TLS for connections to the Redis servers, if `enableTLSForSentinelMode` is true. */
  tls?: TlsOptions | boolean | null;
  enableTLSForSentinelMode?: boolean;
  family?: number;
  natMap?:
    Record<string, { host: string; port: number }> | ((key: string) => { host: string; port: number } | null);
  preferredSlaves?: PreferredReplicas | null;
  updateSentinels?: boolean;
}

/** Returns the credentials for the sentinels themselves; undefined if there are none. */
export function sentinelCredentials(
  options: Pick<SentinelOptions, 'sentinelUsername' | 'sentinelPassword'>,
): Credentials | undefined {
  return driverCredentials(options.sentinelUsername, options.sentinelPassword || undefined);
}

/** Translates an address reported by a sentinel according to `natMap`. */
export function mappedAddress(
  { natMap }: SentinelOptions,
  host: string,
  port: number,
): { host: string; port: number } {
  const key = `${host}:${port}`;
  const mapped = typeof natMap === 'function' ? natMap(key) : natMap?.[key];
  return mapped ?? { host, port };
}
