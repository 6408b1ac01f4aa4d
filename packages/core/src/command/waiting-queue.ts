import type { Clock, TimerHandle } from '../clock.ts';
import { CallList } from './call-list.ts';
import type { Call } from './call.ts';
import type { SlowPathState } from './slow-path.ts';

export interface WaitingBounds {
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

/**
 * What waits for Redis to come back: first what was already sent and came back unapplied, in its old order, then what
 * is new. Bounded by count and bytes. An call whose time is up leaves, and never runs later.
 */
export class WaitingQueue {
  readonly #returned = new CallList();
  readonly #fresh = new CallList();
  readonly #clock: Clock;
  readonly #bounds: WaitingBounds;
  readonly #onExpired: (call: Call) => void;
  #bytes = 0;
  #timer: TimerHandle | undefined;
  #timerDueAt = Infinity;

  constructor(clock: Clock, bounds: WaitingBounds, onExpired: (call: Call) => void) {
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

  add(call: Call, slow: SlowPathState, waitsAs: 'returned' | 'fresh'): void {
    slow.waitsAs = waitsAs;
    if (slow.operation !== undefined) slow.waitsSince = this.#clock.now();
    (waitsAs === 'returned' ? this.#returned : this.#fresh).push(call);
    this.#bytes += slow.bytes;
    this.#arm(slow.expiresAt);
  }

  remove(call: Call): void {
    const { slow } = call;
    if (slow?.waitsAs === undefined) return;
    (slow.waitsAs === 'returned' ? this.#returned : this.#fresh).remove(call);
    slow.waitsAs = undefined;
    if (slow.operation !== undefined) slow.operation.waitedMs += this.#clock.now() - slow.waitsSince;
    this.#bytes -= slow.bytes;
    if (this.length === 0) this.#disarm();
  }

  /** Hands over, in order, every call that `accepts` lets pass. */
  release(accepts: (call: Call) => boolean, run: (call: Call) => void): void {
    for (const list of [this.#returned, this.#fresh]) {
      let call = list.head;
      while (call !== undefined) {
        const { next } = call;
        if (accepts(call)) {
          this.remove(call);
          run(call);
        }
        call = next;
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
    const expired: Call[] = [];
    for (const list of [this.#returned, this.#fresh]) {
      for (let call = list.head; call !== undefined; call = call.next) {
        const expiresAt = call.slow?.expiresAt ?? Infinity;
        if (expiresAt <= now) expired.push(call);
        else nextDueAt = Math.min(nextDueAt, expiresAt);
      }
    }
    for (const call of expired) {
      this.remove(call);
      this.#onExpired(call);
    }
    this.#arm(nextDueAt);
  };
}
