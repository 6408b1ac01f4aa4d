import { AsyncLocalStorage } from 'node:async_hooks';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { PipelineStream } from '../driver/driver-command.ts';
import type { Outcome } from '../errors.ts';
import type { Due } from '../event-loop/due-queue.ts';
import { databaseOfCommand } from '../verbs/bound-to-database.ts';
import type { OperationMessage } from '../verbs/operation.ts';
import type { RequestBudget } from '../verbs/request-budget.ts';

/** How a call was issued. */
export interface Issue {
  readonly issuedAt: number;
  /** Until its deadline; Infinity for a blocking command that waits for ever. */
  readonly allowedMs: number;
  readonly bytes?: number;
  readonly stream?: PipelineStream | undefined;
  readonly node?: unknown;
  readonly blockingMs?: number | undefined;
  readonly operation?: OperationMessage | undefined;
}

/** State that only calls on the slow path need: those that wait, block, are a pipeline, or are sent again. */
export class SlowPathState implements Due {
  readonly issuedAt: number;
  /** When its caller is answered at the latest, also across retries. */
  deadlineAt: number;
  /** Bytes of its arguments. */
  bytes: number;
  readonly stream: PipelineStream | undefined;
  readonly node: unknown;
  /** Milliseconds for which it asked the server to block; undefined for a command that does not block. */
  blockingMs: number | undefined;
  /** What its answer may take beyond the time for which it blocks. */
  readonly #answerMs: number;
  /** The end of the request that it is part of, or of nothing. */
  #requestEndsAt = Infinity;
  /** Milliseconds for which it waits in any outage, however old. */
  patienceMs = 0;
  /** The `execute` it is part of, while somebody listens to operations. */
  readonly operation: OperationMessage | undefined;
  /** The only database that it may run on; undefined: any. */
  readonly database = databaseOfCommand();
  /** What is known of all its sends so far: once `unknown`, always `unknown`. */
  outcome: Outcome = 'not-applied';
  /** The request whose time it spends. */
  requestBudget: RequestBudget | undefined = undefined;
  /** Generation of its circuit, when one that is not closed let it pass as a trial. */
  generation: number | undefined = undefined;
  /** The circuits of the part of Redis that it was sent to last; undefined where there is only one pair. */
  circuits: LaneCircuits | undefined = undefined;
  /** Its transaction was sent under a WATCH, which a new connection does not hold. */
  isGuarded = false;
  /** The server was asked to release it (CLIENT UNBLOCK): an empty answer is then not meant for its caller. */
  released = false;
  /** The server process that a step of a scan was sent to last. */
  server: string | undefined = undefined;
  /** Calls back into where it was issued: a tracer finds there what the command is part of. */
  inContext: (<R, A extends unknown[]>(run: (...args: A) => R, ...args: A) => R) | undefined = undefined;
  /** When it stops waiting, is sent after its delay, or is overdue: depends on where it is. */
  dueAt = Infinity;
  /** Its place among the calls that are due. */
  duePlace = -1;
  /** When it began to wait last; -Infinity while it never waited. */
  waitsSince = -Infinity;
  /** In which part of the waiting queue it is, if it is. */
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

  /** A command of its batch blocks for so long: the deadline is that much later. */
  allowBlocking(blockingMs: number): void {
    this.blockingMs = (this.blockingMs ?? 0) + blockingMs;
    this.deadlineAt += blockingMs;
  }

  /** It is part of a request, whose time ends then. */
  endWith(requestEndsAt: number): void {
    this.#requestEndsAt = requestEndsAt;
    this.deadlineAt = Math.min(this.deadlineAt, requestEndsAt);
  }

  /**
   * It is sent. The server counts the time for which it blocks from now on, so its deadline does too: else an answer that
   * comes as asked would be late by the time for which the call waited for a connection, and what it took be lost.
   */
  sentAt(now: number): void {
    if (this.blockingMs === undefined || this.blockingMs === Infinity) return;
    const answeredAt = now + this.blockingMs + this.#answerMs;
    this.deadlineAt = Math.max(this.deadlineAt, Math.min(answeredAt, this.#requestEndsAt));
  }

  /** The process stood still for so long. */
  forgive(elapsedMs: number): void {
    this.deadlineAt += elapsedMs;
    this.#requestEndsAt += elapsedMs;
  }

  /** From now on, whenever it is sent, it is sent as if from here. */
  keepContext(): void {
    this.inContext = AsyncLocalStorage.snapshot();
  }
}

/** Bytes that arguments hold on to, near enough for a bound: a string counts by its length. */
export function argumentBytes(args: readonly unknown[]): number {
  let bytes = 0;
  for (const arg of args) {
    if (typeof arg === 'string') bytes += arg.length;
    else if (arg instanceof Uint8Array) bytes += arg.byteLength;
    else bytes += 8;
  }
  return bytes;
}
