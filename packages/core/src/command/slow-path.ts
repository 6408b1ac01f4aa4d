import { AsyncLocalStorage } from 'node:async_hooks';
import type { PipelineStream } from '../driver/driver-command.ts';
import type { ReleaseBook } from '../driver/tracked-call.ts';
import type { Outcome } from '../errors.ts';
import type { Due } from '../event-loop/due-queue.ts';
import { databaseOfCommand } from '../verbs/bound-to-database.ts';
import type { OperationMessage } from '../verbs/operation.ts';
import type { RequestBudget } from '../verbs/request-budget.ts';

/**
 * A process that stood still for more than this many milliseconds was frozen. Deadlines are not extended for shorter
 * pauses.
 */
const freezeMs = 1000;

/** The data with which a call was issued. */
export interface Issue {
  readonly issuedAt: number;
  /** Milliseconds from `issuedAt` to the deadline; Infinity for a command that blocks without limit. */
  readonly allowedMs: number;
  readonly bytes?: number;
  readonly stream?: PipelineStream | undefined;
  readonly node?: unknown;
  readonly blockingMs?: number | undefined;
  readonly operation?: OperationMessage | undefined;
}

/** State that only calls on the slow path need: those that wait, block, are a pipeline, or are retried. */
export class SlowPathState implements Due {
  readonly issuedAt: number;
  /** The latest time at which the caller gets a result or an error, including retries. */
  deadlineAt: number;
  /** Size of the call's arguments in bytes. */
  bytes: number;
  readonly stream: PipelineStream | undefined;
  readonly node: unknown;
  /** Milliseconds for which the call asks the server to block; undefined if it does not block. */
  blockingMs: number | undefined;
  /** Maximum number of milliseconds until the reply, in addition to the time for which the call blocks. */
  readonly #answerMs: number;
  /** When the budget of the call's request ends; Infinity if there is no such budget. */
  #requestEndsAt = Infinity;
  /** Milliseconds that the call may wait even in an old outage, in which other calls fail immediately. */
  patienceMs = 0;
  /**
   * The `execute` operation that the call belongs to; undefined if there is none, or if nobody subscribes to its
   * channel.
   */
  readonly operation: OperationMessage | undefined;
  /** The only Redis database on which the call may run; if undefined, it may run on any. */
  readonly database = databaseOfCommand();
  /** The combined outcome of all attempts so far: once `unknown`, always `unknown`. */
  outcome: Outcome = 'not-applied';
  /** The budget of the request that the call belongs to. */
  requestBudget: RequestBudget | undefined = undefined;
  /**
   * Generation of the circuit when it admitted the call. Set only if the circuit was not closed, or if it is the
   * circuit of a single server and not of the whole of Redis.
   */
  generation: number | undefined = undefined;
  /**
   * Whether the call is a transaction that was sent under a WATCH. Such a transaction cannot be retried on a new
   * connection, because its WATCH was lost with the old connection.
   */
  isGuarded = false;
  /** Whether the server has unblocked the call at our request (CLIENT UNBLOCK), so that the call has popped nothing. */
  released = false;
  /** The server process that a step of a scan was last sent to. */
  server: string | undefined = undefined;
  /** This library's CLIENT UNBLOCK requests for the connection that the call blocks. */
  releases: ReleaseBook | undefined = undefined;
  /** Runs a function in the async context in which the call was issued. A tracer finds the parent span there. */
  inContext: (<R, A extends unknown[]>(run: (...args: A) => R, ...args: A) => R) | undefined = undefined;
  /**
   * When the call stops waiting, is sent after its delay, or is overdue, depending on the queue that contains the call.
   */
  dueAt = Infinity;
  /** The position of the call in the queue that contains the call, set by that queue. */
  duePlace = -1;
  /** When the call last began to wait; -Infinity if it has never waited. */
  waitsSince = -Infinity;
  /** Total milliseconds for which the process had stood still by the time the call began to wait or its delay began. */
  stalledMs = 0;
  /**
   * Whether the waiting call has been sent before (`returned`) or not (`fresh`); undefined if the call is not waiting.
   */
  waitsAs: 'returned' | 'fresh' | undefined = undefined;

  constructor(issue: Issue) {
    this.issuedAt = issue.issuedAt;
    this.deadlineAt = issue.issuedAt + issue.allowedMs;
    this.bytes = issue.bytes ?? 0;
    this.stream = issue.stream;
    this.node = issue.node;
    this.blockingMs = issue.blockingMs;
    this.#answerMs = issue.allowedMs - (issue.blockingMs ?? 0);
    this.operation = issue.operation;
  }

  /** Extends the deadline by the time for which a command in the batch blocks. */
  allowBlocking(blockingMs: number): void {
    this.blockingMs = (this.blockingMs ?? 0) + blockingMs;
    this.deadlineAt += blockingMs;
  }

  /** Limits the deadline to the end of the budget of the call's request. */
  endWith(requestEndsAt: number): void {
    this.#requestEndsAt = requestEndsAt;
    this.deadlineAt = Math.min(this.deadlineAt, requestEndsAt);
  }

  /**
   * Records that the call is sent. The server measures the blocking time from now on, so the deadline is extended.
   * Otherwise, a call that has waited for a connection could be overdue before its reply arrives, and an element that
   * it popped would be lost.
   */
  sentAt(now: number): void {
    if (this.blockingMs === undefined || this.blockingMs === Infinity) return;
    const answeredAt = now + this.blockingMs + this.#answerMs;
    this.deadlineAt = Math.max(this.deadlineAt, Math.min(answeredAt, this.#requestEndsAt));
  }

  /**
   * Returns the time until which the call may wait for a connection: its deadline, or `graceMs` later if it is a
   * blocking call. The additional wait helps queue libraries: they abandon a blocking call a second after its timeout
   * and continue at once, whereas they would pause for seconds after an error.
   */
  waitsUntil(graceMs: number): number {
    if (this.blockingMs === undefined) return this.deadlineAt;
    return Math.min(this.deadlineAt + graceMs, this.#requestEndsAt);
  }

  /** Extends the deadline by the time for which the process stood still. */
  extendDeadlines(elapsedMs: number): void {
    this.deadlineAt += elapsedMs;
    this.#requestEndsAt += elapsedMs;
  }

  /**
   * Extends the deadlines by the time for which the process has stood still since `stalledMs` was last recorded, and
   * returns that time. `totalMs` is the total time for which the process has stood still so far.
   */
  makeUpForStall(totalMs: number): number {
    const elapsedMs = totalMs - this.stalledMs;
    this.stalledMs = totalMs;
    this.extendDeadlines(elapsedMs);
    return elapsedMs;
  }

  /** Like {@link makeUpForStall}, but only if the call is so late that the process must have been frozen. */
  makeUpForFreeze(now: number, totalMs: number): void {
    if (now - this.dueAt > freezeMs) this.makeUpForStall(totalMs);
  }

  /** Stores the current async context. All later attempts to send the call run in it. */
  keepContext(): void {
    this.inContext = AsyncLocalStorage.snapshot();
  }
}

/** Returns the approximate memory used by arguments, in bytes: a string counts as its length. */
export function argumentBytes(args: readonly unknown[]): number {
  let bytes = 0;
  for (const arg of args) {
    if (typeof arg === 'string') bytes += arg.length;
    else if (arg instanceof Uint8Array) bytes += arg.byteLength;
    else bytes += 8;
  }
  return bytes;
}
