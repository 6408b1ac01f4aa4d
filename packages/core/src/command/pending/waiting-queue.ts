import { DueQueue } from '../../event-loop/due-queue.ts';
import type { ProcessStallDetector } from '../../event-loop/process-stall-detector.ts';
import { slowStateOf, type SlowCall } from '../call.ts';
import { CallList } from './call-list.ts';

export interface WaitingBounds {
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  readonly maxWaitMs: number;
}

type StallDetector = Pick<ProcessStallDetector, 'noteWork' | 'stalledMs'>;

/**
 * The calls that are waiting for Redis to come back: first those that have been sent before and returned to the queue,
 * then new ones. The number of waiting calls and their total size in bytes are limited.
 */
export class WaitingQueue {
  readonly #returned = new CallList();
  readonly #fresh = new CallList();
  readonly #due = new DueQueue(slowStateOf);
  readonly #bounds: WaitingBounds;
  readonly #stallDetector: StallDetector;
  #bytes = 0;

  constructor(bounds: WaitingBounds, stallDetector: StallDetector) {
    this.#bounds = bounds;
    this.#stallDetector = stallDetector;
  }

  get length(): number {
    return this.#due.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the wait of the next call expires. */
  get nextDueAt(): number {
    return this.#due.nextDueAt;
  }

  hasRoomFor(bytes: number): boolean {
    return this.length < this.#bounds.maxWaiting && this.#bytes + bytes <= this.#bounds.maxWaitingBytes;
  }

  add(call: SlowCall, waitsAs: 'returned' | 'fresh', now: number, expiresAt: number): void {
    const { slow } = call;
    slow.waitsAs = waitsAs;
    slow.waitsSince = now;
    this.#stallDetector.noteWork(now);
    slow.stalledMs = this.#stallDetector.stalledMs;
    (waitsAs === 'returned' ? this.#returned : this.#fresh).push(call);
    this.#due.add(call, expiresAt);
    this.#bytes += slow.bytes;
  }

  /** Removes a call. Returns whether the call was in the queue. */
  remove(call: SlowCall, now: number): boolean {
    const { slow } = call;
    if (slow.waitsAs === undefined) return false;
    (slow.waitsAs === 'returned' ? this.#returned : this.#fresh).remove(call);
    slow.waitsAs = undefined;
    slow.makeUpForStall(this.#stallDetector.stalledMs);
    this.#due.remove(call);
    this.#bytes -= slow.bytes;
    if (slow.operation !== undefined) slow.operation.waitedMs += now - slow.waitsSince;
    return true;
  }

  /**
   * Call in an outage that began at `since`: new calls may then no longer wait until their deadline, or for the first
   * connection, but only for `maxWaitMs`, or for their own `patienceMs` if that is longer. Each wait is counted from when
   * the call began to wait or, if that is later, from `since`.
   */
  hurry(since: number): void {
    const { maxWaitMs } = this.#bounds;
    for (let call = this.#fresh.head; call !== undefined; call = call.next) {
      const { slow } = call as SlowCall;
      const { waitsSince, patienceMs, dueAt } = slow;
      slow.isEarly = false;
      const latestAt = Math.min(dueAt, slow.waitsUntil(maxWaitMs));
      const expiresAt = Math.min(latestAt, Math.max(waitsSince, since) + Math.max(maxWaitMs, patienceMs));
      if (expiresAt === dueAt) continue;
      this.#due.remove(call as SlowCall);
      this.#due.add(call as SlowCall, expiresAt);
    }
  }

  /** Extends the wait of all calls in the queue to `until`, or to their own deadline if that is earlier. */
  prolong(until: number): void {
    for (const call of this.inOrder()) {
      const { slow } = call;
      const expiresAt = Math.min(slow.deadlineAt, until);
      if (expiresAt <= slow.dueAt) continue;
      this.#due.remove(call);
      this.#due.add(call, expiresAt);
    }
  }

  /**
   * Returns a call whose wait has expired by `now`, if there is one. The time for which the process stood still does
   * not count, because the client could not connect meanwhile.
   */
  expired(now: number): SlowCall | undefined {
    // Read once: this time grows while calls are prolonged, so that they would be prolonged again and again.
    const { stalledMs } = this.#stallDetector;
    let call = this.#due.due(now);
    while (call !== undefined && this.#makeUpForStall(call, stalledMs)) call = this.#due.due(now);
    return call;
  }

  #makeUpForStall(call: SlowCall, stalledMs: number): boolean {
    const elapsedMs = call.slow.makeUpForStall(stalledMs);
    if (elapsedMs === 0) return false;
    this.#due.remove(call);
    this.#due.add(call, call.slow.dueAt + elapsedMs);
    return true;
  }

  /** Returns all calls, in the order in which they are to be sent. */
  inOrder(): readonly SlowCall[] {
    const calls: SlowCall[] = [];
    for (const list of [this.#returned, this.#fresh]) {
      for (let call = list.head; call !== undefined; call = call.next) calls.push(call as SlowCall);
    }
    return calls;
  }
}
