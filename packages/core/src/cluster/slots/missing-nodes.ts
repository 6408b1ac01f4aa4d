import type { Clock, Random, TimerHandle } from '../../clock.ts';
import type { ClusterDriver } from '../../driver/cluster-driver.ts';

type ReadFromReplicas = Pick<ClusterDriver, 'on' | 'readsFromReplicas' | 'serving'>;

const minPauseMs = 1_000;
const maxPauseMs = 30_000;
/** The pause is the time for which the latest node has been missing, divided by this number. */
const pausesPerAbsence = 60;
/** A node that has been missing for a day was most likely removed. */
const maxAbsenceMs = 24 * 60 * 60 * 1_000;

/**
 * Has the slots read while a node that could be read is missing from them. Redis does not list a replica that has
 * failed, so a client that reads the slots at that time forgets the replica. When the replica is back, nothing fails,
 * because its primary serves the reads, so nothing else would make the client find the replica again.
 *
 * The slots are read once a second at first, and later every 30 seconds, for a day at most. A node at a new address
 * counts as the replacement of the node that has been missing longest.
 */
export class MissingNodes {
  readonly #cluster: ReadFromReplicas;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #read: () => void;
  /** The nodes that were listed when the slots were last read. */
  #listed: ReadonlySet<string> = new Set();
  /** When each node was first missing, with the longest missing first. */
  readonly #missingSince = new Map<string, number>();
  #timer: TimerHandle | undefined;

  constructor(cluster: ReadFromReplicas, clock: Clock, random: Random, read: () => void) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#random = random;
    this.#read = read;
    cluster.on('slots-read', () => this.#onSlots());
  }

  /** Rests until the slots are read again. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #onSlots(): void {
    if (!this.#cluster.readsFromReplicas) return;
    const listed = this.#cluster.serving();
    if (listed === this.#listed) return;
    const before = this.#listed;
    this.#listed = listed;
    const lost = [...before].filter((address) => !listed.has(address));
    for (const address of lost) this.#missingSince.set(address, this.#clock.now());
    let replacements = 0;
    for (const address of listed)
      if (!this.#missingSince.delete(address) && !before.has(address)) replacements++;
    for (const address of [...this.#missingSince.keys()].slice(0, replacements))
      this.#missingSince.delete(address);
    if (this.#missingSince.size === 0 || lost.length > 0) this.stop();
    if (this.#missingSince.size > 0 && this.#timer === undefined) this.#arm();
  }

  #arm(): void {
    const absenceMs = this.#clock.now() - Math.max(...this.#missingSince.values());
    const pauseMs = Math.min(maxPauseMs, Math.max(minPauseMs, absenceMs / pausesPerAbsence));
    this.#timer = this.#clock.setTimeout(() => this.#onTimer(), pauseMs * (0.9 + 0.2 * this.#random()));
    this.#timer.unref?.();
  }

  #onTimer(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [address, since] of this.#missingSince)
      if (now - since >= maxAbsenceMs) this.#missingSince.delete(address);
    if (this.#missingSince.size === 0) return;
    this.#arm();
    this.#read();
  }
}
