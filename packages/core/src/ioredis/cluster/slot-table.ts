import type { Cluster } from 'ioredis';
import type { SlotRange } from '../../driver/cluster-driver.ts';
import { clusterInternals, type ClusterInternals, type SlotTeller } from './cluster-internals.ts';

type Callback = (error?: Error | null) => void;

/** The message of the error by which ioredis recognises that no node has reported the slots. */
const nobodyAnswered = 'Failed to refresh slots cache.';

/** A cluster client's table of slot owners, and the way in which the client reads it. */
export class SlotTable {
  readonly #cluster: Cluster;
  #owners: ReadonlySet<string> = new Set();
  #isStale = true;

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
    const learn = target.getInfoFromNode.bind(this.#cluster);
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
          learn(tellerOf(ranges), (error) => {
            this.#isStale = true;
            if (!error) target.emit('refresh');
            settle(error);
          });
        },
        (cause: unknown) => settle(isGone(target) ? disconnected() : new Error(nobodyAnswered, { cause })),
      );
    };
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
