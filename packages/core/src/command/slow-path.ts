import { AsyncLocalStorage } from 'node:async_hooks';
import type { PipelineStream } from '../driver/driver-command.ts';
import type { ReleaseBook } from '../driver/tracked-call.ts';
import type { Outcome } from '../errors.ts';
import type { Due } from '../event-loop/due-queue.ts';
import { databaseOfCommand } from '../verbs/bound-to-database.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { OperationMessage } from '../verbs/operation.ts';
import type { RequestBudget } from '../verbs/request-budget.ts';

/** A process that stood still for more than this many milliseconds was frozen; a shorter pause extends no deadline. */
const freezeMs = 1000;

/** The data with which a call is issued. */
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

/** State that only calls on the slow path need: calls that wait or block, pipelines, and retried calls. */
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
  /** When the request budget of the call ends (see `runWithBudget`); Infinity if the call has no request budget. */
  #requestEndsAt = Infinity;
  /** Total milliseconds for which the process had stood still when the call was passed to the driver; see `passed`. */
  #stalledAtPass = Infinity;
  #stalledAtWrite: number | undefined = undefined;
  /** Milliseconds that the call may wait even in an old outage, in which other calls fail immediately. */
  patienceMs: number;
  /**
   * The `execute` operation that the call belongs to; undefined if there is none, or if nobody subscribes to its
   * channel.
   */
  readonly operation: OperationMessage | undefined;
  /** The only Redis database on which the call may run; if undefined, it may run on any. */
  readonly database = databaseOfCommand();
  /** The combined outcome of all attempts so far: once `unknown`, always `unknown`. */
  outcome: Outcome = 'not-applied';
  /**
   * The error reply because of which the call is retried; undefined if the call is not retried, or is retried because
   * its connection was lost.
   */
  refusal: { readonly error: Error; readonly verdict: ReplyVerdict } | undefined = undefined;
  /** The request budget under which the call was issued (see `runWithBudget`). */
  requestBudget: RequestBudget | undefined = undefined;
  /**
   * Generation of the circuit that admitted the call: a number that grows with each change of the circuit's state. Set
   * only if the circuit was not closed, or belongs to a single server and not to the whole of Redis.
   */
  generation: number | undefined = undefined;
  /**
   * Whether the call is a transaction that was sent under a WATCH, and cannot be retried on a new connection, because
   * the WATCH was lost with the old connection.
   */
  isGuarded = false;
  /**
   * The MULTI inside which the call was sent singly. The call is not retried outside of this MULTI, or once the EXEC
   * has been sent.
   */
  multi: { readonly by: object; readonly isEnded: boolean } | undefined = undefined;
  /**
   * Whether the server has unblocked the call because this library sent CLIENT UNBLOCK, so that the call has popped
   * nothing.
   */
  released = false;
  /** The server process that a scan command was last sent to. */
  server: string | undefined = undefined;
  /** This library's CLIENT UNBLOCK requests for the connection that the call blocks. */
  releases: ReleaseBook | undefined = undefined;
  /** Runs a function in the async context in which the call was issued, where a tracer finds the parent span. */
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
  /** Whether the call waits for the first connection, and no attempt to connect has failed so far. */
  isEarly = false;
  /**
   * Whether the waiting call has been sent before (`returned`) or not (`fresh`); undefined if the call is not waiting.
   */
  waitsAs: 'returned' | 'fresh' | undefined = undefined;

  constructor(issue: Issue) {
    this.issuedAt = issue.issuedAt;
    this.deadlineAt = issue.issuedAt + issue.allowedMs;
    this.patienceMs = issue.allowedMs === Infinity ? Infinity : 0;
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

  /** Limits the deadline to the end of the call's request budget (see `runWithBudget`). */
  endWith(requestEndsAt: number): void {
    this.#requestEndsAt = requestEndsAt;
    this.deadlineAt = Math.min(this.deadlineAt, requestEndsAt);
  }

  /**
   * Records that the call is sent. The deadline of a blocking call is extended, because the server measures the blocking
   * time from now on: a call that waited for a connection could otherwise be overdue before its reply arrives, which
   * would lose a popped element. The deadline of a call that waited for the first connection is extended as well, to at
   * most twice its time: connecting to a distant server takes several round trips.
   */
  sentAt(now: number): void {
    const { blockingMs = 0, isEarly } = this;
    this.isEarly = false;
    if (blockingMs === Infinity || (blockingMs === 0 && !isEarly)) return;
    const answeredAt = now + blockingMs + this.#answerMs;
    const latestAt = blockingMs === 0 ? this.deadlineAt + this.#answerMs : Infinity;
    this.deadlineAt = Math.max(this.deadlineAt, Math.min(answeredAt, latestAt, this.#requestEndsAt));
  }

  /**
   * Returns the time until which the call may wait for a connection: its deadline, or as long again if it waits for the
   * first connection (see {@link sentAt}), or `graceMs` later if it is a blocking call. The additional wait helps queue
   * libraries. They abandon a blocking call a second after its timeout, and issue the next one at once; after an error,
   * they would pause for seconds.
   */
  waitsUntil(graceMs: number): number {
    if (this.blockingMs === undefined && !this.isEarly) return this.deadlineAt;
    const moreMs = this.isEarly ? this.#answerMs : graceMs;
    return Math.min(this.deadlineAt + moreMs, this.#requestEndsAt);
  }

  /** Extends the deadline by the time for which the process stood still. */
  extendDeadlines(elapsedMs: number): void {
    this.#stalledAtPass += elapsedMs;
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

  /**
   * Records that the call is passed to the driver. `totalMs` is the total time for which the process has stood still so
   * far; undefined if the driver writes the call at once.
   */
  passed(totalMs: number | undefined): void {
    this.#stalledAtPass = totalMs ?? Infinity;
    this.#stalledAtWrite = undefined;
  }

  /** Records that the driver writes the call, after the process has stood still for a total of `totalMs`. */
  written(totalMs: number): void {
    this.#stalledAtWrite = totalMs;
  }

  /**
   * Extends the deadlines by the time for which the process stood still while the driver could not write the call yet.
   * Returns whether there was such a time.
   */
  makeUpForDriver(totalMs: number): boolean {
    const elapsedMs = (this.#stalledAtWrite ?? totalMs) - this.#stalledAtPass;
    if (!(elapsedMs > 0)) return false;
    this.extendDeadlines(elapsedMs);
    return true;
  }

  /** Like {@link makeUpForStall}, but only if the call is so late that the process must have been frozen. */
  makeUpForFreeze(now: number, totalMs: number): void {
    if (now - this.dueAt > freezeMs) this.makeUpForStall(totalMs);
  }

  /** Stores the current async context, in which all later attempts to send the call will run. */
  keepContext(): void {
    this.inContext = AsyncLocalStorage.snapshot();
  }
}

/** Returns the approximate memory used by arguments, in bytes: a string counts as one byte per character. */
export function argumentBytes(args: readonly unknown[]): number {
  let bytes = 0;
  for (const arg of args) {
    if (typeof arg === 'string') bytes += arg.length;
    else if (arg instanceof Uint8Array) bytes += arg.byteLength;
    else bytes += 8;
  }
  return bytes;
}
