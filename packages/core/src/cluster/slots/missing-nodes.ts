const minPauseMs = 1_000;
const maxPauseMs = 30_000;
/**
 * The slots are read again after a pause: the time for which the latest missing node has been missing, divided by this
 * number.
 */
const pausesPerAbsence = 60;
/** A node that has been missing for a day was most likely removed. */
const maxAbsenceMs = 24 * 60 * 60 * 1_000;

/**
 * Decides when to read the slots again because a node that served reads is no longer listed in them. Redis does not
 * list a replica that has failed, so a client that reads the slots at that time forgets the replica. When the replica
 * is back, no call fails, because the primary serves the reads. Without reading the slots again, the client would never
 * find the replica.
 *
 * The slots are read once a second at first, and later every 30 seconds, for a day at most. A node at a new address
 * counts as the replacement of the node that has been missing longest.
 */
export class MissingNodes {
  /** The nodes that were listed when the slots were last read. */
  #listed: ReadonlySet<string> = new Set();
  /** When each node was first missing, with the longest missing first. */
  readonly #missingSince = new Map<string, number>();

  /** Call with the nodes that the slots list. */
  noteListed(listed: ReadonlySet<string>, now: number): void {
    const before = this.#listed;
    this.#listed = listed;
    const lost = [...before].filter((address) => !listed.has(address));
    for (const address of lost) this.#missingSince.set(address, now);
    let replacements = 0;
    for (const address of listed)
      if (!this.#missingSince.delete(address) && !before.has(address)) replacements++;
    for (const address of [...this.#missingSince.keys()].slice(0, replacements))
      this.#missingSince.delete(address);
  }

  /** Returns after how many milliseconds to read the slots again; undefined if no node is missing. */
  pauseMs(now: number): number | undefined {
    for (const [address, since] of this.#missingSince)
      if (now - since >= maxAbsenceMs) this.#missingSince.delete(address);
    if (this.#missingSince.size === 0) return undefined;
    const absenceMs = now - Math.max(...this.#missingSince.values());
    return Math.min(maxPauseMs, Math.max(minPauseMs, absenceMs / pausesPerAbsence));
  }
}
