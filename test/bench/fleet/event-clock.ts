import type { Clock, TimerHandle } from '../../../packages/core/dist/clock.js';

/** A timer that has not fired yet. */
interface Event extends TimerHandle {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** A clock for millions of timers: a binary heap, whose time jumps from one event to the next. */
export class EventClock implements Clock {
  /** Must be set by code that resolves a promise, so that the reactions run before time advances. */
  hasReactions = false;
  #now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): Event {
    const event = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run: callback };
    this.#push(event);
    return event;
  }

  clearTimeout(handle: TimerHandle): void {
    (handle as Event).run = undefined;
  }

  setImmediate(callback: () => void): void {
    this.setTimeout(callback, 0);
  }

  /** Runs all events up to a time. */
  async runUntil(until: number): Promise<void> {
    for (;;) {
      const event = this.#heap[0];
      if (event === undefined || event.at > until) break;
      this.#pop();
      if (event.run === undefined) continue;
      this.#now = event.at;
      event.run();
      while (this.hasReactions) {
        this.hasReactions = false;
        await Promise.resolve();
        await Promise.resolve();
      }
    }
    this.#now = until;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isBefore(event, heap[above]!)) break;
      heap[index] = heap[above]!;
      index = above;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[index] = heap[below]!;
      index = below;
    }
    heap[index] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
