import type { Cluster, Redis } from 'ioredis';

/** As `ioredis.ts`: what lies inside a cluster client, and nowhere else. Held by the same contract test. */
interface ClusterInternals {
  status: string;
  readonly options: Record<string, unknown>;
  setStatus(status: string): void;
  readonly slots: readonly (readonly string[] | undefined)[];
  startupNodes: { host?: string; port?: number }[];
  nodes(): Redis[];
  handleError(error: Error, redirections: { value?: number }, handlers: RedirectionHandlers): void;
  handleCloseEvent(): void;
  getInfoFromNode(node: Redis | undefined, callback: (error?: Error | null) => void): void;
  subscriber: { selectSubscriber(): void; getInstance(): Redis | null } | undefined;
}

interface RedirectionHandlers {
  /** The error goes to whoever issued the command. */
  defaults(): void;
  maxRedirections(error: Error): void;
}

const clusterInternals = (cluster: Cluster): ClusterInternals => cluster as unknown as ClusterInternals;

const maxStartupNodes = 64;
const configuredNodes = new WeakMap<Cluster, ClusterInternals['startupNodes']>();

/** How a node is called in the slots. */
export function addressOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}

/** Which node owns slots, as far as is known: `host:port` of each. */
export function primaryAddresses(cluster: Cluster): ReadonlySet<string> {
  const addresses = new Set<string>();
  let last: readonly string[] | undefined;
  for (const keys of clusterInternals(cluster).slots) {
    // Neighbours share one list.
    if (keys !== last && keys?.[0] !== undefined) addresses.add(keys[0]);
    last = keys;
  }
  return addresses;
}

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

/** Before the cluster asks a node for the slots: `skip` it, or wait until it is prepared for that. */
export function beforeSlots(
  cluster: Cluster,
  prepare: (node: Redis) => 'skip' | Promise<unknown> | undefined,
): void {
  const target = clusterInternals(cluster);
  const getInfoFromNode = target.getInfoFromNode.bind(cluster);
  target.getInfoFromNode = (node, callback) => {
    const prepared = node === undefined ? undefined : prepare(node);
    if (prepared === 'skip') callback(new Error('The node is known to be away.'));
    else if (prepared === undefined) getInfoFromNode(node, callback);
    else prepared.then(() => getInfoFromNode(node, callback), callback);
  };
}

/** The options of each node to start from, as the driver would connect to it. */
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

/**
 * Makes the cluster hand every failure to the gate, where category and outcome decide. Redirections stay its own, so
 * many an attempt: the driver counts them over all attempts, and then tells of them in an error of its own that hides
 * what the last node said.
 */
export function takeOverCluster(client: Cluster, retryDelay: (attempt: number) => number): void {
  const target = clusterInternals(client);
  const handleError = target.handleError.bind(client);
  target.handleError = (error, redirections, handlers) => {
    const toGate = (): void => {
      delete redirections.value;
      handlers.defaults();
    };
    handleError(error, redirections, { ...handlers, maxRedirections: toGate, defaults: toGate });
  };
  Object.assign(target.options, {
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    enableOfflineQueue: true,
    clusterRetryStrategy: retryDelay,
    // The slots are asked of one node after the other: a hung one must not hold up the rest.
    slotsRefreshTimeout: 300,
  });
}
