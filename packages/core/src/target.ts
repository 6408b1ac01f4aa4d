import type { ClusterNode, ClusterOptions, RedisOptions } from './ioredis/clients.ts';
import { ConfigurationError } from './errors.ts';
import { checkKeys, invalid, objectOf } from './kit/validate-options.ts';

/** A Redis Cluster: nodes to begin with, and ioredis' own cluster options. */
export interface ClusterTarget {
  readonly cluster: readonly ClusterNode[];
  readonly options?: ClusterOptions;
}

/** A primary found through Sentinel, in ioredis' own shape. */
export type SentinelTarget = RedisOptions & {
  readonly sentinels: readonly { readonly host?: string; readonly port?: number }[];
  readonly name: string;
};

/** Where to connect to: a URL, ioredis options, a cluster, or sentinels. */
export type ResilienceTarget = string | RedisOptions | ClusterTarget | SentinelTarget;

/** A target that was looked at: what the driver is to be constructed with. */
export type CheckedTarget =
  | { readonly kind: 'redis'; readonly url: string | undefined; readonly options: RedisOptions }
  | { readonly kind: 'cluster'; readonly nodes: ClusterNode[]; readonly options: ClusterOptions };

/**
 * Looks at a target before anything is opened.
 *
 * @throws ConfigurationError for a malformed URL, a port out of range, an empty list of nodes; never shows a credential
 */
export function checkTarget(target: ResilienceTarget): CheckedTarget {
  if (typeof target === 'string') return { kind: 'redis', url: checkUrl(target), options: {} };
  if (typeof target !== 'object' || target === null) throw invalid('target', target, 'a URL or an object');
  if ('cluster' in target) {
    if (!Array.isArray(target.cluster) || target.cluster.length === 0) {
      throw invalid('target.cluster', target.cluster, 'a list of at least one node');
    }
    checkKeys(target, clusterTargetKeys, 'target');
    return { kind: 'cluster', nodes: [...target.cluster], options: target.options ?? {} };
  }
  const options = target as RedisOptions;
  if (options.port !== undefined) checkPort(options.port, 'target.port');
  if (options.host !== undefined && typeof options.host !== 'string') {
    throw invalid('target.host', options.host, 'a host name');
  }
  if (options.db !== undefined && (!Number.isInteger(options.db) || options.db < 0)) {
    throw invalid('target.db', options.db, 'a whole number of at least 0');
  }
  if (options.sentinels !== undefined && !(options.sentinels as unknown[] | null)?.length) {
    throw invalid('target.sentinels', options.sentinels, 'a list of at least one sentinel');
  }
  if (options.sentinels !== undefined && typeof options.name !== 'string') {
    throw invalid('target.name', options.name, 'the name of the primary that the sentinels watch');
  }
  return { kind: 'redis', url: undefined, options };
}

const clusterTargetKeys = { cluster: () => undefined, options: objectOf(undefined) };

function checkUrl(text: string): string {
  if (text.startsWith('/')) return text;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The text may hold a password: it is not shown.
    throw new ConfigurationError(
      'The Redis URL is malformed. Expected redis://[user:password@]host[:port][/database].',
    );
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new ConfigurationError(
      `The Redis URL has the scheme '${url.protocol.slice(0, 20)}'. Allowed: redis:, rediss:, or a socket path.`,
    );
  }
  const database = url.pathname.slice(1);
  if (database !== '' && url.hostname !== '' && !/^\d+$/.test(database)) {
    throw new ConfigurationError('The path of the Redis URL must be the number of a database.');
  }
  return text;
}

function checkPort(port: unknown, path: string): void {
  const number = typeof port === 'string' ? Number(port) : port;
  if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > 65_535) {
    throw invalid(path, port, 'a port from 1 to 65535');
  }
}
