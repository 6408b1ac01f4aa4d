import type { OutboxEntry } from './entry.ts';
import { bytesOf } from './entry.ts';
import { merge } from './merge.ts';
import type { WritePlan } from './write-plan.ts';

/**
 * One write among the kept ones. `open`: never sent, others may be merged into it. `sealed`: it may have been sent
 * before; it stays as it is. `in-flight`: it is being sent.
 */
export interface Kept {
  entry: OutboxEntry;
  state: 'open' | 'sealed' | 'in-flight';
  /** Whether the journal has it. */
  journaled: boolean;
}

interface KeyQueue {
  readonly writes: Kept[];
  /** Open writes that others may be merged into, by slot; all of one family, so that their order does not matter. */
  readonly slots: Map<string, Kept>;
  family: string | undefined;
}

/** What adding a write changed. */
export interface KeptChange {
  readonly kept: Kept;
  /** The writes that are needed no more. */
  readonly superseded: readonly Kept[];
  /** The entry as it was, when the write became part of it. */
  readonly mergedInto: OutboxEntry | undefined;
}

/** The kept writes: a queue for each key, coalesced where the outcome is the same, counted and weighed. */
export class KeptWrites {
  readonly #queues = new Map<string, KeyQueue>();
  // Oldest first.
  readonly #byAge = new Set<Kept>();
  readonly #byOwnId = new Map<string, Kept>();
  #bytes = 0;

  get size(): number {
    return this.#byAge.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Keys that have writes. */
  keys(): IterableIterator<string> {
    return this.#queues.keys();
  }

  hasKey(key: string): boolean {
    return this.#queues.has(key);
  }

  last(key: string): Kept | undefined {
    return this.#queues.get(key)?.writes.at(-1);
  }

  has(kept: Kept): boolean {
    return this.#byAge.has(kept);
  }

  withOwnId(id: string): Kept | undefined {
    return this.#byOwnId.get(id);
  }

  /** The next write of a key; undefined while one is in flight. */
  next(key: string): Kept | undefined {
    const head = this.#queues.get(key)?.writes[0];
    return head?.state === 'in-flight' ? undefined : head;
  }

  *oldestFirst(): Generator<Kept> {
    for (const kept of this.#byAge) if (kept.state !== 'in-flight') yield kept;
  }

  all(): readonly Kept[] {
    return [...this.#byAge];
  }

  /** What adding would replace: room that it makes by itself. */
  supersededBy({ key }: OutboxEntry, plan: WritePlan): readonly Kept[] {
    if (!plan.supersedes) return [];
    const writes = this.#queues.get(key)?.writes ?? [];
    return writes.filter(({ state }) => state !== 'in-flight');
  }

  add(entry: OutboxEntry, plan: WritePlan): KeptChange {
    const superseded = this.supersededBy(entry, plan);
    for (const each of superseded) this.remove(each);
    const queue = this.#queues.get(entry.key) ?? this.#newQueue(entry.key);
    const merged = entry.hasOwnId ? undefined : this.#merge(queue, entry, plan);
    if (merged !== undefined) return merged;
    const kept = this.#append(queue, entry, 'open');
    this.#noteSlot(queue, kept, plan.slot);
    return { kept, superseded, mergedInto: undefined };
  }

  /** A write of an earlier run, or one that was sent already: nothing is merged into it. */
  addSealed(entry: OutboxEntry, state: 'sealed' | 'in-flight'): Kept {
    const queue = this.#queues.get(entry.key) ?? this.#newQueue(entry.key);
    this.#closeSlots(queue);
    return this.#append(queue, entry, state);
  }

  /** Its key comes last: one write that never goes through must not hold up those of other keys. */
  putBack(kept: Kept): void {
    kept.state = 'sealed';
    const { key } = kept.entry;
    const queue = this.#queues.get(key);
    if (queue === undefined) return;
    this.#queues.delete(key);
    this.#queues.set(key, queue);
  }

  /** From now on nothing is merged into it. */
  seal(kept: Kept, state: 'sealed' | 'in-flight'): void {
    kept.state = state;
    const queue = this.#queues.get(kept.entry.key);
    if (queue === undefined) return;
    for (const [slot, open] of queue.slots) if (open === kept) queue.slots.delete(slot);
  }

  /** Puts the entry back as it was before a merge that the journal refused. */
  unmerge(kept: Kept, before: OutboxEntry): void {
    this.#bytes += before.bytes - kept.entry.bytes;
    kept.entry = before;
  }

  remove(kept: Kept): void {
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

  #merge(queue: KeyQueue, entry: OutboxEntry, plan: WritePlan): KeptChange | undefined {
    const kept = plan.slot === undefined ? undefined : queue.slots.get(plan.slot);
    if (kept === undefined) return undefined;
    const before = kept.entry;
    const write = merge(before, entry);
    if (write === undefined) return undefined;
    const bytes = bytesOf(write.args);
    kept.entry = { ...before, ...write, createdAt: entry.createdAt, bytes };
    this.#bytes += bytes - before.bytes;
    this.#byAge.delete(kept);
    this.#byAge.add(kept);
    return { kept, superseded: [], mergedInto: before };
  }

  #append(queue: KeyQueue, entry: OutboxEntry, state: Kept['state']): Kept {
    const kept: Kept = { entry, state, journaled: false };
    queue.writes.push(kept);
    this.#byAge.add(kept);
    this.#bytes += entry.bytes;
    if (entry.hasOwnId) this.#byOwnId.set(entry.id, kept);
    return kept;
  }

  // Sums may be taken in any order; what overwrites must not be moved before what came between.
  #noteSlot(queue: KeyQueue, kept: Kept, slot: string | undefined): void {
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
