import { isWorkerScript } from '../../catalogue/unaided-library.ts';
import { DueQueue } from '../../event-loop/due-queue.ts';
import type { ProcessStallDetector } from '../../event-loop/process-stall-detector.ts';
import type { Flush } from '../../event-loop/flush.ts';
import { isPlainRead, slowCallOf, slowStateOf, type Call, type SlowCall } from '../call.ts';
import { CallList } from './call-list.ts';

/**
 * How many milliseconds before a deadline the deadline may be checked, so that several clients share one wake-up of the
 * process. An early check usually finds that all calls have already been answered.
 */
export const mayBeEarlyMs = 20;

/**
 * How many milliseconds a script of a worker of BullMQ or Bull may be in flight. A frozen server runs the script when
 * it thaws. If the worker had already got an error for a script that takes a job, nobody would process this job until
 * the lock of the job expires.
 */
const workerScriptMs = 30_000;

/** The calls in flight, with their deadlines. */
export class InFlight {
  readonly #timeoutMs: number;
  readonly #maxInFlight: number;
  readonly #stallDetector: Pick<ProcessStallDetector, 'stalledMs'>;
  /**
   * Calls on the fast path, in the order in which they were sent. All of these calls have the same timeout, so the
   * oldest call is the first to be overdue.
   */
  readonly #fast = new CallList();
  /** Calls with individual deadlines: blocking commands, pipelines and retried calls. */
  readonly #slow = new DueQueue(slowStateOf);
  /** The length of `#slow`, copied here because every command reads it and the queue is rarely in the CPU cache. */
  #slowLength = 0;

  /** When reads are abandoned; Infinity unless the server was found to be unavailable. */
  #giveUpAt = Infinity;

  constructor(
    timeoutMs: number,
    bounds: { readonly maxInFlight: number },
    stallDetector: Pick<ProcessStallDetector, 'stalledMs'>,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#maxInFlight = bounds.maxInFlight;
    this.#stallDetector = stallDetector;
  }

  get length(): number {
    return this.#fast.length + this.#slowLength;
  }

  get isFull(): boolean {
    return this.length >= this.#maxInFlight;
  }

  /** Returns whether this many waiting calls, together with those in flight, reach the maximum. */
  isFullWith(waiting: number): boolean {
    return this.length + waiting >= this.#maxInFlight;
  }

  /** When the next call becomes overdue or is abandoned. */
  get nextDueAt(): number {
    const sent = this.#fast.head?.sent;
    const fastDueAt = sent === undefined ? Infinity : this.deadlineOf(sent);
    return Math.min(fastDueAt, this.#slow.nextDueAt, this.#giveUpAt);
  }

  /** Returns the deadline of a call on the fast path. */
  deadlineOf(sent: Flush): number {
    return sent.at + this.#timeoutMs;
  }

  /** Adds a call that is sent on the fast path. */
  startFast(call: Call, flush: Flush): void {
    call.sent = flush;
    call.written = flush;
    call.sends = 1;
    this.#fast.push(call);
  }

  /**
   * Adds a call that is sent on the slow path. `written` is undefined if only the driver knows when the call is
   * written.
   */
  start(call: SlowCall, sent: Flush, written: Flush | undefined): void {
    call.sent = sent;
    call.written = written;
    call.sends++;
    call.slow.sentAt(sent.at);
    call.slow.passed(written === undefined ? this.#stallDetector.stalledMs : undefined);
    this.#slow.add(call, call.slow.deadlineAt);
    this.#slowLength = this.#slow.length;
  }

  /** Call when the deadline of a call has changed. */
  reschedule(call: SlowCall): void {
    this.#slow.remove(call);
    this.#slow.add(call, call.slow.deadlineAt);
  }

  remove(call: Call): void {
    if (call.slow === undefined) this.#fast.remove(call);
    else {
      this.#slow.remove(call as SlowCall);
      this.#slowLength = this.#slow.length;
    }
  }

  /** Returns a call that is overdue at `now`, if there is one. */
  overdue(now: number): Call | undefined {
    for (;;) {
      const { head } = this.#fast;
      const isDue = head?.sent !== undefined && this.deadlineOf(head.sent) <= now;
      const call = isDue ? head : this.#slow.due(now);
      if (call === undefined) return undefined;
      if (!this.#makesUp(call) && !this.#postpones(call, now)) return call;
    }
  }

  /** Extends the deadline by the time for which the process stood still before the driver could write the call. */
  #makesUp(call: Call): boolean {
    const isLater = call.slow?.makeUpForDriver(this.#stallDetector.stalledMs) === true;
    if (isLater) this.reschedule(call as SlowCall);
    return isLater;
  }

  /** Extends the deadline of an overdue call if the call is a script of a worker; returns whether that was done. */
  #postpones(call: Call, now: number): boolean {
    const { sent, batch, command, slow } = call;
    const isWaiting = batch === undefined && slow?.requestBudget === undefined && sent !== undefined;
    if (!isWaiting || command.timeoutMs !== undefined || !isWorkerScript(call.name, command.args))
      return false;
    const deadlineAt = sent.at + workerScriptMs;
    if (deadlineAt <= now) return false;
    this.remove(call);
    const postponed = slowCallOf(call, workerScriptMs, now);
    postponed.slow.deadlineAt = deadlineAt;
    this.#slow.add(postponed, deadlineAt);
    this.#slowLength = this.#slow.length;
    return true;
  }

  /**
   * Call when the server is found to be unavailable: reads are abandoned at the time `at`, so that their callers can
   * continue without the replies. Writes are not abandoned, because only their replies say whether they ran.
   */
  giveUpReads(at: number): void {
    this.#giveUpAt = at;
  }

  /** Call when the server responds again: reads are no longer abandoned. */
  keepReads(): void {
    this.#giveUpAt = Infinity;
  }

  readsToGiveUp(now: number): readonly Call[] {
    if (now < this.#giveUpAt) return [];
    this.#giveUpAt = Infinity;
    return this.all().filter(isPlainRead);
  }

  /** Returns all calls, those on the slow path first. */
  all(): readonly Call[] {
    const calls: Call[] = [...this.#slow.all()];
    for (let call = this.#fast.head; call !== undefined; call = call.next) calls.push(call);
    return calls;
  }

  /**
   * Call when the process has stood still for `elapsedMs` until now: extends the deadlines of the calls that were sent
   * before that pause began. A process that was busy may have sent calls when `elapsedMs` had already begun, so the calls
   * of the first half count, too; those of the second half were sent after the pause.
   */
  extendDeadlines(elapsedMs: number, now: number): void {
    const latestAt = now - elapsedMs / 2;
    const flushes = new Set<Flush>();
    for (let call = this.#fast.head; call !== undefined; call = call.next) {
      if (call.sent !== undefined && call.sent.at <= latestAt) flushes.add(call.sent);
    }
    for (const flush of flushes) flush.at += Math.min(elapsedMs, now - flush.at);
    for (const call of this.#slow.all()) {
      const { slow } = call;
      if (slow.issuedAt > latestAt) continue;
      slow.extendDeadlines(Math.min(elapsedMs, now - slow.issuedAt));
      this.reschedule(call);
    }
  }
}
