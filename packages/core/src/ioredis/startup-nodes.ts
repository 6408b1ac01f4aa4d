import type { Cluster } from 'ioredis';
import { clusterInternals, type StartupNode } from './cluster-internals.ts';

const maxStartupNodes = 64;
const configuredNodes = new WeakMap<Cluster, StartupNode[]>();

/** Keeps the nodes the cluster has now as places to start from, beside the configured ones. */
export function rememberNodes(cluster: Cluster): void {
  const target = clusterInternals(cluster);
  const configured = configuredNodes.get(cluster) ?? target.startupNodes;
  configuredNodes.set(cluster, configured);
  const known = target
    .nodes()
    .map(({ options }) => ({ host: options.host ?? 'localhost', port: options.port ?? 6379 }));
  target.startupNodes = [...configured, ...known].slice(0, maxStartupNodes);
}

/** The options of each node to start from, as ioredis would connect to it. */
export function startupNodeOptions(cluster: Cluster): readonly Readonly<Record<string, unknown>>[] {
  const { startupNodes, options } = clusterInternals(cluster);
  const shared = options['redisOptions'] as Record<string, unknown> | undefined;
  return startupNodes.map((node) => ({ ...shared, ...optionsOfNode(node) }));
}

/** ioredis takes a port, a URL, or options. */
function optionsOfNode(node: unknown): Record<string, unknown> {
  if (typeof node === 'number') return { port: node };
  if (typeof node !== 'string') return node as Record<string, unknown>;
  const { hostname, port, username, password, protocol } = new URL(
    node.includes('://') ? node : `redis://${node}`,
  );
  return {
    host: hostname,
    port: port === '' ? 6379 : Number(port),
    ...(password === ''
      ? {}
      : { username: decodeURIComponent(username) || undefined, password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: true } : {}),
  };
}
