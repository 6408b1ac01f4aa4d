import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { PreferredReplicas } from './choose-replica.ts';

/** The part of ioredis' options that leads to the primary through its sentinels. */
export interface SentinelOptions {
  sentinels: { host?: string; port?: number; family?: number }[];
  name: string;
  role?: 'master' | 'slave';
  sentinelUsername?: string | null;
  sentinelPassword?: string | null;
  /** TLS to the sentinels. */
  sentinelTLS?: TlsOptions | boolean | null;
  /** TLS to the servers behind them, where `enableTLSForSentinelMode` says so. */
  tls?: TlsOptions | boolean | null;
  enableTLSForSentinelMode?: boolean;
  family?: number;
  natMap?:
    Record<string, { host: string; port: number }> | ((key: string) => { host: string; port: number } | null);
  preferredSlaves?: PreferredReplicas | null;
  updateSentinels?: boolean;
}

/** The address to use for one that a sentinel gave. */
export function mappedAddress(
  { natMap }: SentinelOptions,
  host: string,
  port: number,
): { host: string; port: number } {
  const key = `${host}:${port}`;
  const mapped = typeof natMap === 'function' ? natMap(key) : natMap?.[key];
  return mapped ?? { host, port };
}
