import type { CauseCode } from '../cause.ts';
import { canRun, type GateFacts } from './admission.ts';
import { callError, type CallFailure, type ErrorContext } from './call-errors.ts';
import { circuitOf, laneOf, type Call, type SlowCall } from './call.ts';
import type { Situation } from './decide.ts';
import type { Dispatch, FastPath } from './dispatch.ts';
import type { GateParts, Line } from './line.ts';
import { errorContextOf, type CallLoad } from './pending/error-context.ts';
import { CallGuards } from './guards/call-guards.ts';

/**
 * Holds the state of a gate, and derives from that state whether a call can run, how long the call may wait, and why it
 * would fail.
 */
export class GateState {
  readonly guards: CallGuards;
  readonly #parts: GateParts;
  readonly #line: Line;
  readonly #dispatch: Dispatch;
  #kind: 'serving' | 'held' | 'ended' = 'held';
  #awaySince: number | undefined;
  #writesAwaySince: number | undefined;
  /**
   * The last time at which a write could not be sent because a replica is in the primary's place. Monotonic
   * milliseconds.
   */
  writesWantedAt = -Infinity;
  #changeDueAt: number | undefined;
  #isClear = false;
  #isLeaving = false;
  #fastPath: FastPath | undefined;

  constructor(parts: GateParts, line: Line, dispatch: Dispatch) {
    this.#parts = parts;
    this.#line = line;
    this.#dispatch = dispatch;
    this.guards = new CallGuards(parts, dispatch);
  }

  get kind(): 'serving' | 'held' | 'ended' {
    return this.#kind;
  }

  /**
   * The function that returns the connection for a plain command (see `FastRoute`); undefined while each command has to
   * be checked first.
   */
  get fastPath(): FastPath | undefined {
    return this.#fastPath;
  }

  /**
   * Returns whether the commands in this batch may be sent as they are issued, before the batch is complete. If so, the
   * batch gets the circuits of the server that will receive the batch.
   */
  takesAtOnce(batch: Call): boolean {
    if (!this.#isClear || this.guards.needWholeBatches) return false;
    batch.circuits = this.#dispatch.circuitsOf(batch);
    const { read, write } = batch.circuits ?? this.#parts.circuits;
    return read.admitsAll && write.admitsAll;
  }

  serve(): void {
    this.#kind = 'serving';
    this.#awaySince = undefined;
    this.noteSignOfLife();
  }

  /** Call when something proves that the server is alive. */
  noteSignOfLife(): void {
    const { signsOfLife, settings } = this.#parts;
    signsOfLife.note(settings.clock.now());
  }

  hold(since: number | undefined, isLost: boolean): void {
    if (this.#kind === 'ended') return;
    if (isLost) this.guards.transactions.connectionLost();
    this.guards.locks.disconnected();
    this.#kind = 'held';
    this.#awaySince = since;
  }

  holdWrites(since: number | undefined): void {
    this.#writesAwaySince = since;
  }

  /** Call with the time at which another Redis database is expected to take over; undefined if none is expected. */
  expectChange(at: number | undefined): void {
    this.#changeDueAt = at;
  }

  /**
   * Milliseconds that a call may wait for another database to take over, even in an old outage; 0 if no takeover is
   * expected within `maxWaitMs`.
   */
  get changePatienceMs(): number {
    if (this.#changeDueAt === undefined) return 0;
    const { clock, admission } = this.#parts.settings;
    const dueInMs = this.#changeDueAt - clock.now();
    return dueInMs > admission.maxWaitMs ? 0 : Math.max(0, dueInMs) + admission.maxWaitMs;
  }

  /** Call when QUIT was issued: later commands fail. With false, takes them again, as the client was connected again. */
  leave(isLeaving = true): void {
    this.#isLeaving = isLeaving && this.#kind !== 'ended';
    this.refresh();
  }

  end(): void {
    this.#kind = 'ended';
    this.#isLeaving = false;
  }

  reopen(): void {
    if (this.#kind === 'ended') this.#kind = 'held';
  }

  /** Decides, in advance for all commands, whether the fast path can be used. */
  refresh(): void {
    const { read, write } = this.#parts.circuits;
    this.#isClear =
      this.#kind === 'serving' &&
      !this.#isLeaving &&
      this.#writesAwaySince === undefined &&
      read.admitsAll &&
      write.admitsAll &&
      !this.guards.transactions.isInside &&
      !this.#dispatch.isBlocked() &&
      this.#dispatch.isWhole();
    this.#fastPath = this.#isClear ? this.#dispatch.fastPath() : undefined;
  }

  /** Returns whether a call may be passed to the driver now. */
  canRun(call: Call): boolean {
    return canRun({
      gate: this.#kind,
      lane: laneOf(call),
      partAway: this.#dispatch.partAway(call),
      isBlocked: this.#dispatch.isBlocked(),
      writesAwaySince: this.#writesAwaySince,
    });
  }

  /** Returns whether a call is bound to another Redis database than the one that the connection leads to. */
  isElsewhere({ slow }: SlowCall): boolean {
    return slow.database !== undefined && slow.database !== this.#line.database;
  }

  /**
   * Returns why a call cannot be served: why the Cluster node or slot that the call needs, the connection or all writes
   * are unavailable, or else why the call's circuit is not closed. Undefined if the call can be served.
   */
  causeOf(call: Call): CauseCode | undefined {
    return this.#serverCauseOf(call) ?? circuitOf(call, this.#parts.circuits).cause;
  }

  /** Like {@link causeOf}, but ignores the circuit. */
  #serverCauseOf(call: Call): CauseCode | undefined {
    const { cause, writesHeldBy } = this.#line;
    return (
      this.#dispatch.partAway(call)?.cause ?? cause ?? (laneOf(call) === 'write' ? writesHeldBy : undefined)
    );
  }

  /** Like {@link causeOf}, but returns the most likely cause if none is known, because every error needs a reason. */
  reasonFor(call: Call): CauseCode {
    const cause = this.causeOf(call);
    if (cause !== undefined) return cause;
    if (this.#kind === 'serving') return 'slow';
    return this.#line.state === 'connecting' ? 'connect-timeout' : 'connection-reset';
  }

  /**
   * When the server is found to be unavailable, reads in flight are abandoned after this many milliseconds, which is as
   * long as a new call would wait. During this time, a server that is only slow, and not down, can still reply.
   */
  get readPatienceMs(): number {
    return Math.max(this.changePatienceMs, this.#parts.settings.admission.maxWaitMs);
  }

  /** Whether reads in flight are to be abandoned, because the server was found to be unavailable. */
  get givesUpReads(): boolean {
    return this.#line.isServerSilent && this.#parts.settings.admission.patience === 'verdict';
  }

  /** Returns the facts for the admission of a call that are the same for all reads, whatever their keys. */
  factsForAll(): Pick<GateFacts, 'gate' | 'awaySince' | 'isIsolated'> {
    const isIsolated = this.#parts.circuits.read.state === 'isolated';
    return { gate: this.#kind, awaySince: this.#parts.signsOfLife.awaySince(this.#awaySince), isIsolated };
  }

  /** Returns the facts on which the admission of a call depends. */
  factsFor(call: Call): GateFacts {
    const lane = laneOf(call);
    const isHeld = lane === 'write' && this.#writesAwaySince !== undefined;
    if (isHeld) this.writesWantedAt = this.#parts.settings.clock.now();
    return {
      gate: this.#isLeaving && call.name !== 'quit' ? 'ended' : this.#kind,
      lane,
      partAway: this.#dispatch.partAway(call),
      awaySince: this.#parts.signsOfLife.awaySince(this.#awaySince),
      writesAwaySince: this.#writesAwaySince,
      isBlocked: this.#dispatch.isBlocked(),
      isIsolated: this.#parts.circuits[lane].state === 'isolated',
    };
  }

  /** Returns the time until which a call that has to be retried may wait. */
  returnedWaitsUntil(call: SlowCall, now: number): number {
    const { maxWaitMs } = this.#parts.settings.admission;
    const { deadlineAt, patienceMs } = call.slow;
    const partAway = this.#kind === 'serving' ? this.#dispatch.partAway(call) : undefined;
    if (partAway !== undefined && now < partAway.isExpectedUntil) return deadlineAt;
    // A call that is retried may wait twice as long as a new call: it has already been accepted, and if Redis is back
    // shortly, the extra wait is worthwhile. For a blocking call, a retry does not change how long the call may wait.
    return Math.min(call.slow.waitsUntil(maxWaitMs), now + Math.max(patienceMs, 2 * maxWaitMs));
  }

  /** Returns everything that a decision about a call depends on, apart from the call itself. */
  situationOf(call: Call): Situation {
    const { settings, retryBudget } = this.#parts;
    const now = settings.clock.now();
    return {
      now,
      deadlineAt: call.slow?.deadlineAt ?? (call.sent?.at ?? now) + settings.timeoutMs,
      isEnded: this.#kind === 'ended',
      canRun: this.canRun(call),
      laneCause: this.causeOf(call),
      isServerAway: this.#serverCauseOf(call) !== undefined,
      reason: this.reasonFor(call),
      retryBudgetAllows: retryBudget.allowsRetry,
      maxRetries: settings.retry.maxRetries,
      role: settings.connection.role,
      categories: settings.retry.categories,
    };
  }

  /** Returns the data that every error for this call carries: the current state, counts and ages of the connection. */
  errorContextOf(call: Call, load: CallLoad): ErrorContext {
    return errorContextOf(call, load, this.#parts, this.#line);
  }

  /** Returns the error for the caller of a call that is not sent, and notes a lock that the call should have released. */
  refusalOf(call: Call, failure: CallFailure, load: CallLoad): Error {
    this.guards.locks.failed(call, failure);
    return callError(failure, this.errorContextOf(call, load));
  }
}
