import type { Cluster } from 'ioredis';
import type { NodeOptions } from '../../driver/cluster-driver.ts';
import { clusterNodeOptions } from '../../target/cluster-node.ts';
import { clusterInternals, type ClusterInternals, type StartupNode } from './cluster-internals.ts';

const maxStartupNodes = 64;
const configuredNodes = new WeakMap<Cluster, StartupNode[]>();

/** Adds the cluster's current nodes to its configured startup nodes. */
export function rememberNodes(cluster: Cluster): void {
  const target = clusterInternals(cluster);
  const configured = configuredNodes.get(cluster) ?? target.startupNodes;
  configuredNodes.set(cluster, configured);
  const known = target.connectionPool
    .getNodes()
    .slice(0, maxStartupNodes)
    .map(({ options }) => ({ host: options.host ?? 'localhost', port: options.port ?? 6379 }))
    .filter((node) => !configured.some(({ host, port }) => host === node.host && port === node.port));
  target.startupNodes = [...configured, ...known].slice(0, maxStartupNodes);
}

/**
 * Makes the client do without startup nodes whose host names cannot be resolved, unless that leaves none. By itself,
 * ioredis finds no startup node at all as soon as one name cannot be resolved, so a single lost name would keep the
 * cluster from ever being found.
 */
function tolerateLostNames(target: ClusterInternals): void {
  const resolve = target.resolveStartupNodeHostnames.bind(target);
  const resolveOnly = (nodes: StartupNode[]): Promise<StartupNode[]> => {
    const all = target.startupNodes;
    target.startupNodes = nodes;
    // `resolve` reads the names from the list before it returns, so the list may be restored immediately.
    const resolving = resolve();
    target.startupNodes = all;
    return resolving;
  };
  target.resolveStartupNodeHostnames = async () => {
    const byName = new Map<string | undefined, StartupNode[]>();
    for (const node of target.startupNodes) byName.set(node.host, [...(byName.get(node.host) ?? []), node]);
    if (byName.size < 2) return resolve();
    const resolved = await Promise.allSettled([...byName.values()].map(resolveOnly));
    const found = resolved.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    const failed = resolved.find((each) => each.status === 'rejected');
    if (found.length === 0 && failed !== undefined) throw failed.reason as Error;
    return found;
  };
}

/** Returns the options with which ioredis would connect to each startup node. */
export function startupNodeOptions(cluster: Cluster): readonly NodeOptions[] {
  const { startupNodes, options } = clusterInternals(cluster);
  const shared = options['redisOptions'] as Record<string, unknown> | undefined;
  return startupNodes.map((node) => ({ ...shared, ...node }));
}

/**
 * Returns the options of the given nodes, by default of the configured startup nodes, with their host names resolved
 * again in the way that the user configured.
 */
export async function resolvedStartupNodes(
  cluster: Cluster,
  nodes?: readonly StartupNode[],
): Promise<readonly NodeOptions[]> {
  const target = clusterInternals(cluster);
  const remembered = target.startupNodes;
  target.startupNodes = nodes === undefined ? (configuredNodes.get(cluster) ?? remembered) : [...nodes];
  // The list is replaced only during this call: `resolveStartupNodeHostnames` reads the names from the list before it
  // returns.
  const resolving = target.resolveStartupNodeHostnames();
  target.startupNodes = remembered;
  const shared = target.options['redisOptions'] as Record<string, unknown> | undefined;
  return (await resolving).map((node) => ({ ...shared, ...node }));
}

/**
 * Converts nodes given as ports or URLs to options, because ioredis would parse the URLs differently from this library,
 * and makes the client tolerate names that cannot be resolved.
 */
export function readStartupNodes(cluster: Cluster): void {
  const target = clusterInternals(cluster);
  tolerateLostNames(target);
  const given: readonly (StartupNode | number | string)[] = target.startupNodes;
  target.startupNodes = given.map((node) => {
    const options = clusterNodeOptions(node);
    return typeof options === 'number' ? { port: options } : options;
  });
}
