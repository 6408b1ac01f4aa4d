import type { Cluster, Redis } from 'ioredis';

/** As `ioredis.ts`: what lies inside a cluster client, and nowhere else. Held by the same contract test. */
interface ClusterInternals {
  status: string;
  readonly options: Record<string, unknown>;
  setStatus(status: string): void;
  startupNodes: { host?: string; port?: number }[];
  nodes(): Redis[];
  handleCloseEvent(): void;
  subscriber: { selectSubscriber(): void; getInstance(): Redis | null } | undefined;
}

const clusterInternals = (cluster: Cluster): ClusterInternals => cluster as unknown as ClusterInternals;

const maxStartupNodes = 64;
const configuredNodes = new WeakMap<Cluster, ClusterInternals['startupNodes']>();

/** Keeps the nodes the cluster has now as a place to start from, beside the configured ones. */
export function rememberNodes(cluster: Cluster): void {
  const target = clusterInternals(cluster);
  const configured = configuredNodes.get(cluster) ?? target.startupNodes;
  configuredNodes.set(cluster, configured);
  const known = target
    .nodes()
    .map(({ options }) => ({ host: options.host ?? 'localhost', port: options.port ?? 6379 }));
  target.startupNodes = [...configured, ...known].slice(0, maxStartupNodes);
}

/** Ends a cluster that was told to disconnect while it had no node left: the driver would wait for ever. */
export function endIdleCluster(cluster: Cluster): void {
  const target = clusterInternals(cluster);
  if (target.status !== 'disconnecting' || target.nodes().length > 0) return;
  target.setStatus('close');
  target.handleCloseEvent();
}

/** Lets `onDuplicate` see each cluster client that `duplicate()` makes. */
export function interceptClusterDuplicate(cluster: Cluster, onDuplicate: (duplicate: Cluster) => void): void {
  const original = cluster.duplicate.bind(cluster);
  cluster.duplicate = (...override) => {
    const duplicate = original(...override);
    onDuplicate(duplicate);
    return duplicate;
  };
}

/** Each node that ends late would leave an ended cluster in the state `close`. */
export function settleEnded(cluster: Cluster): void {
  clusterInternals(cluster).status = 'end';
}

/** Lets a pipeline that is sent again find its node anew. */
export function forgetNode(node: unknown): void {
  if (typeof node === 'object' && node !== null) (node as { redis?: unknown }).redis = undefined;
}

/** Shows each connection the cluster makes for its subscriptions. */
export function onClusterSubscriber(cluster: Cluster, onSubscriber: (subscriber: Redis) => void): void {
  const { subscriber } = clusterInternals(cluster);
  if (subscriber === undefined) return;
  const original = subscriber.selectSubscriber.bind(subscriber);
  subscriber.selectSubscriber = () => {
    original();
    const instance = subscriber.getInstance();
    if (instance !== null) onSubscriber(instance);
  };
}

/** Makes the cluster hand every failure to the gate, where category and outcome decide; redirections stay its own. */
export function takeOverCluster(client: Cluster, retryDelay: (attempt: number) => number): void {
  Object.assign(clusterInternals(client).options, {
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    enableOfflineQueue: true,
    clusterRetryStrategy: retryDelay,
    // The slots are asked of one node after the other: a hung one must not hold up the rest.
    slotsRefreshTimeout: 300,
  });
}
