import type { Clock } from '../clock.ts';
import { stallDetectorOf } from '../event-loop/thaw-watches.ts';
import { DueQueue, type Due } from '../event-loop/due-queue.ts';
import type { RequestBudget } from '../verbs/request-budget.ts';
import type { Lease } from './lease.ts';

/** A caller that is waiting for a connection. */
export interface WaitingLease {
  readonly name: string | undefined;
  readonly since: number;
  readonly budget: RequestBudget | undefined;
  /** Time until which the caller waits, provided that Redis is serving. */
  deadlineAt: number;
  /** Total milliseconds for which the process had stood still when the wait was last prolonged by such time. */
  stalledMs: number;
  readonly due: Due;
  /** Grants the lease to the caller. */
  readonly grant: (lease: Lease) => void;
  readonly refuse: (error: Error) => void;
}

/** A caller's request for a connection. */
export interface LeaseWish {
  readonly name: string | undefined;
  readonly since: number;
  /** Time until which the caller waits, provided that Redis is serving. */
  readonly deadlineAt: number;
  /** When the signal aborts, the wait ends, and the caller gets the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** The request's budget, from which the waiting time is deducted. */
  readonly budget: RequestBudget | undefined;
}

/**
 * The callers that are waiting for a pool's connections, served first come, first served, each until its own deadline.
 */
export class WaitingLeases {
  readonly #clock: Clock;
  readonly #order = new Set<WaitingLease>();
  readonly #dues = new DueQueue<WaitingLease>(({ due }) => due);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#order.size;
  }

  /** Time at which the next caller has waited as long as it may. */
  get nextDueAt(): number {
    return this.#dues.nextDueAt;
  }

  /** Resolves when the caller is granted a lease, and rejects when the lease is refused or the signal aborts. */
  wait({ name, since, deadlineAt, signal, budget }: LeaseWish, dueAt: number): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        budget?.stopWaiting(this.#clock.now());
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: WaitingLease = {
        name,
        since,
        budget,
        deadlineAt,
        stalledMs: stallDetectorOf(this.#clock).stalledMs,
        due: { dueAt, duePlace: 0 },
        grant: (lease) => {
          stop();
          resolve(lease);
        },
        refuse: (error) => {
          stop();
          reject(error);
        },
      };
      const onAbort = (): void => {
        if (this.remove(waiting)) waiting.refuse(signal?.reason as Error);
      };
      stallDetectorOf(this.#clock).noteWork(since);
      budget?.startWaiting(since);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#order.add(waiting);
      this.#dues.add(waiting, dueAt);
    });
  }

  /** Removes and returns the caller that has waited longest. */
  next(): WaitingLease | undefined {
    const [first] = this.#order;
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Removes a caller. Returns whether the caller was still waiting. */
  remove(waiting: WaitingLease): boolean {
    this.#dues.remove(waiting);
    return this.#order.delete(waiting);
  }

  /**
   * Removes and returns a caller whose time is up, if any. The time for which the process stood still does not count,
   * because no connection could be made meanwhile.
   */
  overdue(now: number): WaitingLease | undefined {
    const { stalledMs } = stallDetectorOf(this.#clock);
    let waiting = this.#dues.due(now);
    while (waiting !== undefined && this.#makeUpForStall(waiting, stalledMs)) waiting = this.#dues.due(now);
    if (waiting !== undefined) this.remove(waiting);
    return waiting;
  }

  /** Call when Redis has become unavailable: no caller waits beyond `dueAt`. */
  shorten(dueAt: number): void {
    for (const waiting of this.#order) this.#reschedule(waiting, Math.min(waiting.due.dueAt, dueAt));
  }

  /**
   * Call when another database is about to take over: no caller stops waiting before `until`, or its own deadline if
   * that is earlier.
   */
  prolong(until: number): void {
    for (const waiting of this.#order) {
      const dueAt = Math.min(until, waiting.deadlineAt);
      if (dueAt > waiting.due.dueAt) this.#reschedule(waiting, dueAt);
    }
  }

  /** Call when Redis is serving again: each caller waits until its own deadline. */
  lengthen(): void {
    for (const waiting of this.#order) this.#reschedule(waiting, waiting.deadlineAt);
  }

  #makeUpForStall(waiting: WaitingLease, stalledMs: number): boolean {
    const elapsedMs = stalledMs - waiting.stalledMs;
    if (elapsedMs <= 0) return false;
    waiting.stalledMs = stalledMs;
    waiting.deadlineAt += elapsedMs;
    this.#reschedule(waiting, waiting.due.dueAt + elapsedMs);
    return true;
  }

  #reschedule(waiting: WaitingLease, dueAt: number): void {
    this.#dues.remove(waiting);
    this.#dues.add(waiting, dueAt);
  }
}
