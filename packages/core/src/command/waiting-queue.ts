import type { Clock, TimerHandle } from '../clock.ts';
import { EntryList } from './entry-list.ts';
import type { Entry } from './entry.ts';
import type { LateRecord } from './late-record.ts';

export interface WaitingBounds {
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

/**
 * What waits for Redis to come back: first what was already sent and came back unapplied, in its old order, then what
 * is new. Bounded by count and bytes. An entry whose time is up leaves, and never runs later.
 */
export class WaitingQueue {
  readonly #returned = new EntryList();
  readonly #fresh = new EntryList();
  readonly #clock: Clock;
  readonly #bounds: WaitingBounds;
  readonly #onExpired: (entry: Entry) => void;
  #bytes = 0;
  #timer: TimerHandle | undefined;
  #timerDueAt = Infinity;

  constructor(clock: Clock, bounds: WaitingBounds, onExpired: (entry: Entry) => void) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#onExpired = onExpired;
  }

  get length(): number {
    return this.#returned.length + this.#fresh.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor(bytes: number): boolean {
    return this.length < this.#bounds.maxWaiting && this.#bytes + bytes <= this.#bounds.maxWaitingBytes;
  }

  add(entry: Entry, late: LateRecord, waitsAs: 'returned' | 'fresh'): void {
    late.waitsAs = waitsAs;
    if (late.operation !== undefined) late.waitsSince = this.#clock.now();
    (waitsAs === 'returned' ? this.#returned : this.#fresh).push(entry);
    this.#bytes += late.bytes;
    this.#arm(late.expiresAt);
  }

  remove(entry: Entry): void {
    const { late } = entry;
    if (late?.waitsAs === undefined) return;
    (late.waitsAs === 'returned' ? this.#returned : this.#fresh).remove(entry);
    late.waitsAs = undefined;
    if (late.operation !== undefined) late.operation.waitedMs += this.#clock.now() - late.waitsSince;
    this.#bytes -= late.bytes;
    if (this.length === 0) this.#disarm();
  }

  /** Hands over, in order, every entry that `accepts` lets pass. */
  release(accepts: (entry: Entry) => boolean, run: (entry: Entry) => void): void {
    for (const list of [this.#returned, this.#fresh]) {
      let entry = list.head;
      while (entry !== undefined) {
        const { next } = entry;
        if (accepts(entry)) {
          this.remove(entry);
          run(entry);
        }
        entry = next;
      }
    }
  }

  #arm(dueAt: number): void {
    if (dueAt >= this.#timerDueAt || dueAt === Infinity) return;
    this.#disarm();
    this.#timerDueAt = dueAt;
    this.#timer = this.#clock.setTimeout(this.#expire, Math.max(0, dueAt - this.#clock.now()));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueAt = Infinity;
  }

  readonly #expire = (): void => {
    this.#disarm();
    const now = this.#clock.now();
    let nextDueAt = Infinity;
    const expired: Entry[] = [];
    for (const list of [this.#returned, this.#fresh]) {
      for (let entry = list.head; entry !== undefined; entry = entry.next) {
        const expiresAt = entry.late?.expiresAt ?? Infinity;
        if (expiresAt <= now) expired.push(entry);
        else nextDueAt = Math.min(nextDueAt, expiresAt);
      }
    }
    for (const entry of expired) {
      this.remove(entry);
      this.#onExpired(entry);
    }
    this.#arm(nextDueAt);
  };
}
