import { bytesOf, type OutboxEntry } from '../write/entry.ts';
import { merge } from '../write/merge.ts';
import type { Write } from '../write/absolute-expiry.ts';
import type { WritePlan } from '../write/write-plan.ts';

/**
 * A pending write. `open`: the write has never been sent, and later writes may be merged into it. `sealed`: the write
 * may have been sent before, and must not change. `in-flight`: the write is being sent.
 */
export interface KeptWrite {
  entry: OutboxEntry;
  state: 'open' | 'sealed' | 'in-flight';
  /** Whether the journal contains this write. */
  journaled: boolean;
}

interface KeyQueue {
  readonly writes: KeptWrite[];
  /**
   * The writes into which later writes may be merged, by the part of the key that they change (`slot` of `WritePlan`).
   * No write in this map has ever been sent, and the order in which these writes are applied makes no difference.
   */
  readonly slots: Map<string, KeptWrite>;
  family: string | undefined;
}

interface Merger {
  readonly kept: KeptWrite;
  readonly write: Write;
}

/** How adding a write would change the number of pending writes and their total size in bytes. */
export interface Growth {
  readonly writes: number;
  readonly bytes: number;
  /** Pending writes that the new write would replace. */
  readonly replaced: readonly KeptWrite[];
  /** The pending write that the new write would be merged into. */
  readonly into: KeptWrite | undefined;
}

/** The changes that adding a write has made. */
export interface Addition {
  readonly kept: KeptWrite;
  /** Earlier writes that the new write replaced. */
  readonly superseded: readonly KeptWrite[];
  /** The entry that the new write was merged into, as it was before the merge. */
  readonly mergedInto: OutboxEntry | undefined;
}

/**
 * The pending writes, in one queue for each key. Writes that have the same effect as a single write are merged into
 * one.
 */
export class KeptWrites {
  readonly #queues = new Map<string, KeyQueue>();
  // All pending writes, oldest first.
  readonly #byAge = new Set<KeptWrite>();
  readonly #byOwnId = new Map<string, KeptWrite>();
  #bytes = 0;

  get size(): number {
    return this.#byAge.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Returns the keys that have pending writes. */
  keys(): IterableIterator<string> {
    return this.#queues.keys();
  }

  hasKey(key: string): boolean {
    return this.#queues.has(key);
  }

  last(key: string): KeptWrite | undefined {
    return this.#queues.get(key)?.writes.at(-1);
  }

  has(kept: KeptWrite): boolean {
    return this.#byAge.has(kept);
  }

  withOwnId(id: string): KeptWrite | undefined {
    return this.#byOwnId.get(id);
  }

  /** Returns the next write to send for a key; undefined while one is in flight. */
  next(key: string): KeptWrite | undefined {
    const head = this.#queues.get(key)?.writes[0];
    return head?.state === 'in-flight' ? undefined : head;
  }

  *oldestFirst(): Generator<KeptWrite> {
    for (const kept of this.#byAge) if (kept.state !== 'in-flight') yield kept;
  }

  all(): readonly KeptWrite[] {
    return [...this.#byAge];
  }

  growthBy(entry: OutboxEntry, plan: WritePlan): Growth {
    const merged = this.#mergedWith(entry, plan);
    if (merged !== undefined) {
      const { kept, write } = merged;
      return { writes: 0, bytes: bytesOf(write.args) - kept.entry.bytes, replaced: [], into: kept };
    }
    const replaced = this.#supersededBy(entry, plan);
    const freedBytes = replaced.reduce((sum, kept) => sum + kept.entry.bytes, 0);
    return { writes: 1 - replaced.length, bytes: entry.bytes - freedBytes, replaced, into: undefined };
  }

  add(entry: OutboxEntry, plan: WritePlan): Addition {
    const superseded = this.#supersededBy(entry, plan);
    for (const each of superseded) this.remove(each);
    const merged = this.#mergedWith(entry, plan);
    if (merged !== undefined) return this.#merge(merged, entry);
    const queue = this.#queues.get(entry.key) ?? this.#newQueue(entry.key);
    const kept = this.#append(queue, entry, 'open');
    this.#openSlot(queue, kept, plan.slot);
    return { kept, superseded, mergedInto: undefined };
  }

  /**
   * Adds a write into which no other may be merged: a write from an earlier run of the process, or one that is being
   * sent.
   */
  addSealed(entry: OutboxEntry, state: 'sealed' | 'in-flight'): KeptWrite {
    const queue = this.#queues.get(entry.key) ?? this.#newQueue(entry.key);
    this.#closeSlots(queue);
    return this.#append(queue, entry, state);
  }

  /** Makes a failed write the next one to send for its key, and moves the key behind all other keys. */
  putBack(kept: KeptWrite): void {
    kept.state = 'sealed';
    const { key } = kept.entry;
    const queue = this.#queues.get(key);
    if (queue === undefined) return;
    this.#queues.delete(key);
    this.#queues.set(key, queue);
  }

  /** Prevents later writes from being merged into this write. */
  seal(kept: KeptWrite, state: 'sealed' | 'in-flight'): void {
    kept.state = state;
    const queue = this.#queues.get(kept.entry.key);
    if (queue === undefined) return;
    for (const [slot, open] of queue.slots) if (open === kept) queue.slots.delete(slot);
  }

  /** Undoes a merge that the journal could not record. */
  unmerge(kept: KeptWrite, before: OutboxEntry): void {
    this.#bytes += before.bytes - kept.entry.bytes;
    kept.entry = before;
  }

  remove(kept: KeptWrite): void {
    const { key, id, bytes } = kept.entry;
    if (!this.#byAge.delete(kept)) return;
    this.#bytes -= bytes;
    this.#byOwnId.delete(id);
    const queue = this.#queues.get(key);
    if (queue === undefined) return;
    this.seal(kept, kept.state === 'in-flight' ? 'in-flight' : 'sealed');
    const index = queue.writes.indexOf(kept);
    if (index === 0) queue.writes.shift();
    else if (index > 0) queue.writes.splice(index, 1);
    if (queue.writes.length === 0) this.#queues.delete(key);
  }

  // Returns the pending writes that a new write would replace.
  #supersededBy({ key }: OutboxEntry, plan: WritePlan): readonly KeptWrite[] {
    if (!plan.supersedes) return [];
    const writes = this.#queues.get(key)?.writes ?? [];
    return writes.filter(({ state }) => state !== 'in-flight');
  }

  // Returns the pending write that this write can be merged into, and the merged write.
  #mergedWith(entry: OutboxEntry, plan: WritePlan): Merger | undefined {
    if (entry.hasOwnId || plan.slot === undefined) return undefined;
    const kept = this.#queues.get(entry.key)?.slots.get(plan.slot);
    const write = kept && merge(kept.entry, entry);
    return kept && write && { kept, write };
  }

  #merge({ kept, write }: Merger, { createdAt }: OutboxEntry): Addition {
    const before = kept.entry;
    const bytes = bytesOf(write.args);
    kept.entry = { ...before, ...write, createdAt, bytes };
    this.#bytes += bytes - before.bytes;
    this.#byAge.delete(kept);
    this.#byAge.add(kept);
    return { kept, superseded: [], mergedInto: before };
  }

  #append(queue: KeyQueue, entry: OutboxEntry, state: KeptWrite['state']): KeptWrite {
    const kept: KeptWrite = { entry, state, journaled: false };
    queue.writes.push(kept);
    this.#byAge.add(kept);
    this.#bytes += entry.bytes;
    if (entry.hasOwnId) this.#byOwnId.set(entry.id, kept);
    return kept;
  }

  // Allows later writes to be merged into this one. Several increments may accept merges at the same time, because the
  // order of increments makes no difference. Once any other write follows, no earlier write accepts merges, because a
  // write that is merged into an earlier one overtakes the writes in between.
  #openSlot(queue: KeyQueue, kept: KeptWrite, slot: string | undefined): void {
    const family = slot?.split(':', 1)[0];
    const commutes = family === 'counter' || family === 'field';
    if (family !== queue.family || !commutes) this.#closeSlots(queue);
    queue.family = family;
    if (slot !== undefined && !kept.entry.hasOwnId) queue.slots.set(slot, kept);
  }

  #closeSlots(queue: KeyQueue): void {
    queue.slots.clear();
    queue.family = undefined;
  }

  #newQueue(key: string): KeyQueue {
    const queue: KeyQueue = { writes: [], slots: new Map(), family: undefined };
    this.#queues.set(key, queue);
    return queue;
  }
}
