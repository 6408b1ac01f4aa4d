import type { Cluster, Redis } from 'ioredis';
import { lazyRedis } from '../clients.ts';
import { clusterInternals } from './cluster-internals.ts';

/**
 * Creates a client for one node, with the options that the cluster client gives its nodes, but does not connect the new
 * client.
 */
export function clientOfNode(cluster: Cluster, address: string): Redis {
  const { connectionPool, options } = clusterInternals(cluster);
  const { redisOptions = {}, scripts } = options as { redisOptions?: object; scripts?: object };
  const known = connectionPool.getInstanceByKey(address)?.options;
  const { retryStrategy: _, ...shared } = { ...redisOptions, ...known };
  return lazyRedis({
    ...shared,
    ...placeOf(address),
    keyPrefix: keyPrefixOf(cluster),
    readOnly: false,
    ...(scripts === undefined ? {} : { scripts }),
  } as Parameters<typeof lazyRedis>[0]);
}

/** Splits the address of a node, `host:port`. */
export function placeOf(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** The prefix that a cluster client gives to every key. */
export function keyPrefixOf(cluster: Cluster): string {
  const { keyPrefix } = clusterInternals(cluster).options as { keyPrefix?: string | null };
  return keyPrefix ?? '';
}
