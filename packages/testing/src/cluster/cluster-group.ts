import { checkKnownOptions, keySlot } from '@redis-resilience/core/protocol';
import type { RedisServer } from '../server/redis-server.ts';
import type { RestartOptions } from '../server/start-redis-options.ts';
import { waitFor } from '../wait-for.ts';
import { isStateOk, slotRanges } from './cluster-view.ts';
import { SlotMigration } from './slot-migration.ts';

/** A real Redis Cluster; each node can be killed, frozen and restarted independently. */
export class ClusterGroup implements AsyncDisposable {
  /** All nodes; those that were primaries at the start come first. */
  readonly nodes: readonly RedisServer[];
  readonly #password: string | undefined;
  readonly #stop: () => Promise<void>;

  /** @internal Use `startCluster`. */
  constructor(nodes: readonly RedisServer[], password: string | undefined, stop: () => Promise<void>) {
    this.nodes = nodes;
    this.#password = password;
    this.#stop = stop;
  }

  /** Host and port of each node, in the form that Cluster clients accept. */
  get addresses(): { host: string; port: number }[] {
    return this.nodes.map(({ host, port }) => ({ host, port }));
  }

  /** Returns the slot of a key. If the key has a hash tag, only the tag counts. */
  keySlot(key: string): number {
    return keySlot(key);
  }

  /** Returns the node that claims to serve a slot or key. @throws Error if there is none, as during a failover. */
  async primaryOf(slotOrKey: number | string): Promise<RedisServer> {
    const slot = typeof slotOrKey === 'number' ? slotOrKey : keySlot(slotOrKey);
    for (const node of this.#awake()) {
      const own = (await slotRanges(node)).filter(({ primaryPort }) => primaryPort === node.port);
      if (own.some(({ first, last }) => first <= slot && slot <= last)) return node;
    }
    throw new Error(`No node that answers serves slot ${slot}`);
  }

  /** Returns the replicas of a primary, as the primary sees them. */
  async replicasOf(primary: RedisServer): Promise<readonly RedisServer[]> {
    const own = (await slotRanges(primary)).find(({ primaryPort }) => primaryPort === primary.port);
    return this.nodes.filter(({ port }) => own?.replicaPorts.includes(port));
  }

  /**
   * Makes a replica take over from `primary` with CLUSTER FAILOVER. Resolves with the promoted replica once
   * every node knows of its promotion.
   */
  async failover(primary: RedisServer, options: { readonly timeoutMs?: number } = {}): Promise<RedisServer> {
    checkKnownOptions('cluster.failover', options, { timeoutMs: true });
    const [replica] = await this.replicasOf(primary);
    if (!replica) throw new Error(`The node on port ${primary.port} is no primary with a replica`);
    await replica.command('CLUSTER', 'FAILOVER');
    const { timeoutMs = 10_000 } = options;
    const message = 'every node to know the new primary';
    await waitFor(() => this.#allKnow(replica, primary), { timeoutMs, intervalMs: 20, message });
    return replica;
  }

  /**
   * Moves a slot with its keys, with the commands SETSLOT and MIGRATE, as resharding does. Resolves once every node
   * knows the slot's new owner.
   */
  async migrateSlot(slot: number, target: RedisServer): Promise<void> {
    const migration = await this.startSlotMigration(slot, target);
    await migration.finish();
  }

  /**
   * Begins to move a slot, and leaves the slot half-migrated. Until `finish()` is called, clients get the errors ASK
   * and TRYAGAIN.
   *
   * @example
   * const migration = await cluster.startSlotMigration(cluster.keySlot('{a}'), target);
   * await migration.moveKeys(1);
   * await migration.finish();
   */
  async startSlotMigration(slot: number, target: RedisServer): Promise<SlotMigration> {
    const source = await this.primaryOf(slot);
    const migration = new SlotMigration({
      slot,
      source,
      target,
      nodes: this.#awake(),
      password: this.#password,
    });
    await migration.begin();
    return migration;
  }

  /** Kills every node. @default signal 'SIGKILL' */
  async killAll(signal?: NodeJS.Signals): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill(signal)));
  }

  /** Restarts every node, running or not, and resolves when all nodes report `cluster_state:ok`. */
  async restartAll(options?: RestartOptions): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.restart(options)));
    await this.waitUntilOk();
  }

  /** Resolves when all running nodes report `cluster_state:ok` and know each other. @default timeoutMs 20000 */
  async waitUntilOk(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkKnownOptions('cluster.waitUntilOk', options, { timeoutMs: true });
    const ok = async (): Promise<boolean> => {
      const views = await Promise.all(this.#awake().map((node) => this.#isInPlace(node)));
      return views.length > 0 && views.every(Boolean);
    };
    const { timeoutMs = 20_000 } = options;
    await waitFor(ok, { timeoutMs, intervalMs: 50, message: 'every cluster node to say cluster_state:ok' });
  }

  /** Stops all processes permanently. Calling `stop` more than once is allowed. */
  stop(): Promise<void> {
    return this.#stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #awake(): readonly RedisServer[] {
    return this.nodes.filter((node) => node.running && !node.frozen);
  }

  async #allKnow(primary: RedisServer, former: RedisServer): Promise<boolean> {
    const views = await Promise.all(this.#awake().map(slotRanges));
    return views.every((ranges) => {
      const ports = ranges.map(({ primaryPort }) => primaryPort);
      return ports.includes(primary.port) && !ports.includes(former.port);
    });
  }

  async #isInPlace(node: RedisServer): Promise<boolean> {
    if (!(await isStateOk(node))) return false;
    const { role, master_link_status: link } = await node.info('replication');
    if (role !== 'master' && link !== 'up') return false;
    const ranges = await slotRanges(node);
    const seen = new Set(ranges.flatMap(({ primaryPort, replicaPorts }) => [primaryPort, ...replicaPorts]));
    return this.#awake().every(({ port }) => seen.has(port));
  }
}
