import type { Cluster } from 'ioredis';
import type { Clock } from '../../clock.ts';
import type { SlotRange } from '../../driver/cluster-driver.ts';
import { hear } from '../methods/hear.ts';
import { clusterInternals, type ClusterInternals } from './cluster-internals.ts';
import { SlotLesson } from './slot-lesson.ts';

type Callback = (error?: Error | null) => void;

/** The message of the error by which ioredis recognises that no node has reported the slots. */
const nobodyAnswered = 'Failed to refresh slots cache.';

/** A cluster client's table of slot owners, with a way to replace how the client reads this table. */
export class SlotTable {
  readonly #cluster: Cluster;
  #owners: ReadonlySet<string> = new Set();
  #nodes: ReadonlySet<string> = new Set();
  #replicas: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #isStale = true;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    hear(cluster, 'refresh', () => {
      this.#isStale = true;
    });
  }

  /** Returns the addresses of the primaries. */
  owners(): ReadonlySet<string> {
    this.#bringUpToDate();
    return this.#owners;
  }

  /** Returns the addresses of the primaries and of their replicas. */
  nodes(): ReadonlySet<string> {
    this.#bringUpToDate();
    return this.#nodes;
  }

  /** Returns the addresses of the replicas of the primary at this address. */
  replicasOf(owner: string): readonly string[] {
    this.#bringUpToDate();
    return [...(this.#replicas.get(owner) ?? [])];
  }

  /**
   * Replaces the client's own way of reading the slots, which makes a connection for each request and asks the nodes
   * sequentially.
   */
  readBy(ask: () => Promise<readonly SlotRange[]>, clock: Clock): void {
    const target = clusterInternals(this.#cluster);
    const lesson = new SlotLesson(target, clock);
    let waiting: Callback[] = [];
    let isAsking = false;
    const settle: Callback = (error) => {
      const callbacks = waiting;
      waiting = [];
      isAsking = false;
      for (const callback of callbacks) callback(error);
    };
    const learn = async (): Promise<void> => {
      const ranges = await ask();
      if (!isGone(target)) await lesson.learn(ranges, () => isGone(target));
    };
    const learnt = (): void => {
      if (isGone(target)) return settle(disconnected());
      this.#isStale = true;
      target.emit('refresh');
      settle();
    };
    target.refreshSlotsCache = (callback) => {
      if (callback !== undefined) waiting.push(callback);
      if (isAsking) return;
      isAsking = true;
      learn().then(learnt, (cause: unknown) =>
        settle(isGone(target) ? disconnected() : new Error(nobodyAnswered, { cause })),
      );
    };
  }

  #bringUpToDate(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    const owners = new Set<string>();
    const nodes = new Set<string>();
    const replicas = new Map<string, Set<string>>();
    let last: readonly string[] | undefined;
    for (const keys of clusterInternals(this.#cluster).slots) {
      // Neighbouring slots share one array, which has to be read only once.
      if (keys === last) continue;
      last = keys;
      const [owner, ...others] = keys ?? [];
      if (owner === undefined) continue;
      owners.add(owner);
      nodes.add(owner);
      const own = replicas.get(owner) ?? new Set();
      replicas.set(owner, own);
      for (const other of others) {
        nodes.add(other);
        own.add(other);
      }
    }
    this.#owners = owners;
    this.#nodes = nodes;
    this.#replicas = replicas;
  }
}

function isGone({ status }: ClusterInternals): boolean {
  return status === 'disconnecting' || status === 'close' || status === 'reconnecting' || status === 'end';
}

function disconnected(): Error {
  return new Error('Cluster is disconnected.');
}
