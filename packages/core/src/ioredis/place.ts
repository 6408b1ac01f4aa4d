import { isCluster, optionsOf, type Cluster, type Redis } from './clients.ts';
import { clusterInternals, type StartupNode } from './cluster/cluster-internals.ts';

const maxListed = 6;

/** Returns the configured address of a client for the operator's log lines: hosts and ports, but no credentials. */
export function placeOf(client: Redis | Cluster): string {
  if (isCluster(client)) {
    const nodes = clusterInternals(client).startupNodes;
    return `the cluster of ${listed(nodes.map((node) => address(node, 6379)))}`;
  }
  const options = optionsOf(client) as StartupNode & {
    path?: unknown;
    name?: unknown;
    sentinels?: readonly StartupNode[] | null;
  };
  if (options.sentinels) {
    const sentinels = options.sentinels.map((sentinel) => address(sentinel, 26_379));
    return `${plain(options.name)} behind the sentinels ${listed(sentinels)}`;
  }
  return options.path ? plain(options.path) : address(options, 6379);
}

/** Lists each address once; of many addresses, lists only the first ones, and counts the others. */
function listed(addresses: readonly string[]): string {
  const distinct = [...new Set(addresses)];
  const more = distinct.length - maxListed;
  return `${distinct.slice(0, maxListed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function address({ host, port }: StartupNode, defaultPort: number): string {
  return `${plain(host ?? 'localhost')}:${plain(port ?? defaultPort)}`;
}

// A host option may by mistake contain a whole URL, including a password.
function plain(value: unknown): string {
  const text = String(value);
  return /^[\w./:%-]{1,200}$/.test(text) && !text.includes('//') ? text : '(not shown)';
}
