import type { Cluster } from 'ioredis';
import type { SlotRange } from '../../driver/cluster-driver.ts';
import {
  clusterInternals,
  type ClusterInternals,
  type SlotOwners,
  type SlotTeller,
} from './cluster-internals.ts';

type Callback = (error?: Error | null) => void;

/** The message of the error by which ioredis recognises that no node has reported the slots. */
const nobodyAnswered = 'Failed to refresh slots cache.';

/** What the client learnt last, and its table as it was then. */
interface Learnt {
  readonly ranges: string;
  readonly table: SlotOwners;
  readonly nodes: readonly unknown[];
}

/** A cluster client's table of slot owners, and the way in which the client reads it. */
export class SlotTable {
  readonly #cluster: Cluster;
  #owners: ReadonlySet<string> = new Set();
  #isStale = true;
  #learnt: Learnt | undefined;
  /** Those that the client's pool was given last. */
  #nodes: readonly unknown[] = [];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.on('refresh', () => {
      this.#isStale = true;
    });
  }

  /** Returns the addresses of the primaries. */
  owners(): ReadonlySet<string> {
    if (this.#isStale) this.#owners = this.#findOwners();
    this.#isStale = false;
    return this.#owners;
  }

  /**
   * Replaces the client's own way of reading the slots, which makes a connection for each request and asks the nodes
   * sequentially.
   */
  readBy(ask: () => Promise<readonly SlotRange[]>): void {
    const target = clusterInternals(this.#cluster);
    this.#noteNodes(target);
    let waiting: Callback[] = [];
    let isAsking = false;
    const settle: Callback = (error) => {
      const callbacks = waiting;
      waiting = [];
      isAsking = false;
      for (const callback of callbacks) callback(error);
    };
    target.refreshSlotsCache = (callback) => {
      if (callback !== undefined) waiting.push(callback);
      if (isAsking) return;
      isAsking = true;
      ask().then(
        (ranges) => {
          if (isGone(target)) return settle(disconnected());
          this.#learn(ranges, (error) => {
            this.#isStale = true;
            if (!error) target.emit('refresh');
            settle(error);
          });
        },
        (cause: unknown) => settle(isGone(target) ? disconnected() : new Error(nobodyAnswered, { cause })),
      );
    };
  }

  #noteNodes({ connectionPool: pool }: ClusterInternals): void {
    const reset = pool.reset.bind(pool);
    pool.reset = (nodes) => {
      this.#nodes = nodes;
      reset(nodes);
    };
  }

  /** By itself, the client writes its whole table, and looks at each slot of it, also when nothing has changed. */
  #learn(ranges: readonly SlotRange[], callback: Callback): void {
    const target = clusterInternals(this.#cluster);
    const { connectionPool: pool, options } = target;
    const text = JSON.stringify(ranges);
    const known = this.#learnt;
    const isKnown =
      known?.ranges === text && target.slots.every((owners, slot) => owners === known.table[slot]);
    // A function may map addresses to others than before.
    if (isKnown && typeof options['natMap'] !== 'function') {
      pool.reset(known.nodes);
      target.shardedSubscribers?.reset?.(target.slots, target.nodes()).catch(ignore);
      callback();
      return;
    }
    target.getInfoFromNode(tellerOf(ranges), (error) => {
      if (!error) this.#learnt = { ranges: text, table: [...target.slots], nodes: this.#nodes };
      callback(error);
    });
  }

  #findOwners(): ReadonlySet<string> {
    const addresses = new Set<string>();
    let last: readonly string[] | undefined;
    for (const keys of clusterInternals(this.#cluster).slots) {
      // Neighbouring slots share one array, which needs to be looked at only once.
      if (keys !== last && keys?.[0] !== undefined) addresses.add(keys[0]);
      last = keys;
    }
    return addresses;
  }
}

function isGone({ status }: ClusterInternals): boolean {
  return status === 'disconnecting' || status === 'close' || status === 'end';
}

function disconnected(): Error {
  return new Error('Cluster is disconnected.');
}

/** Returns a stand-in for a node that hands the slots to the client as if they were a node's reply. */
function tellerOf(ranges: readonly SlotRange[]): SlotTeller {
  const reply = ranges.map(({ first, last, nodes }) => [
    first,
    last,
    ...nodes.map(({ host, port }) => [host, port]),
  ]);
  return {
    duplicate: () => ({
      on: () => undefined,
      cluster: (_subcommand, callback) => callback(null, reply),
      disconnect: () => undefined,
    }),
  };
}

function ignore(): void {
  // The connections report it, and are made again while their channels are missing.
}
