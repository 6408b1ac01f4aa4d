import type { CauseCode } from '../cause.ts';
import { canRun, type GateFacts } from './admission.ts';
import type { ErrorContext } from './call-errors.ts';
import { circuitOf, laneOf, type Call, type SlowCall } from './call.ts';
import type { Situation } from './decide.ts';
import type { Dispatch, FastPath } from './dispatch.ts';
import type { GateParts, Line } from './line.ts';
import { CallGuards } from './guards/call-guards.ts';

/** Whether a gate serves, and what its calls meet right now. It answers, and does nothing to a call. */
export class GateState {
  readonly guards: CallGuards;
  readonly #parts: GateParts;
  readonly #line: Line;
  readonly #dispatch: Dispatch;
  #kind: 'serving' | 'held' | 'ended' = 'held';
  #awaySince: number | undefined;
  #writesAwaySince: number | undefined;
  /** When a write was last held back because writes are away. */
  writesWantedAt = -Infinity;
  #changeDueAt: number | undefined;
  #isClear = false;
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

  /** How plain commands are sent while nothing else has to be looked at; undefined otherwise. */
  get fastPath(): FastPath | undefined {
    return this.#fastPath;
  }

  /** Whether a batch may be sent while its commands are still coming. */
  get takesBatchesAtOnce(): boolean {
    return this.#isClear && !this.guards.needWholeBatches;
  }

  serve(): void {
    this.#kind = 'serving';
    this.#awaySince = undefined;
  }

  hold(since: number | undefined): void {
    if (this.#kind === 'ended') return;
    this.guards.transactions.connectionLost();
    this.#kind = 'held';
    this.#awaySince = since;
  }

  holdWrites(since: number | undefined): void {
    this.#writesAwaySince = since;
  }

  /** Another database is about to take over at this time; undefined while none is in sight. */
  expectChange(at: number | undefined): void {
    this.#changeDueAt = at;
  }

  /** Milliseconds that a call may wait for another database, in an outage of any age. */
  get changePatienceMs(): number {
    if (this.#changeDueAt === undefined) return 0;
    const { clock, admission } = this.#parts.settings;
    const dueInMs = this.#changeDueAt - clock.now();
    return dueInMs > admission.maxWaitMs ? 0 : Math.max(0, dueInMs) + admission.maxWaitMs;
  }

  end(): void {
    this.#kind = 'ended';
  }

  reopen(): void {
    if (this.#kind === 'ended') this.#kind = 'held';
  }

  /** Looks again what may pass: kept, because every command asks. */
  refresh(): void {
    const { read, write } = this.#parts.circuits;
    this.#isClear =
      this.#kind === 'serving' &&
      this.#writesAwaySince === undefined &&
      read.admitsAll &&
      write.admitsAll &&
      !this.guards.transactions.isInside &&
      !this.#dispatch.isBlocked() &&
      this.#dispatch.isWhole();
    this.#fastPath = this.#isClear ? this.#dispatch.fastPath() : undefined;
  }

  /** Whether a call may be handed to the driver right now. */
  canRun(call: Call): boolean {
    return canRun({
      gate: this.#kind,
      lane: laneOf(call),
      partAway: this.#dispatch.partAway(call),
      isBlocked: this.#dispatch.isBlocked(),
      writesAwaySince: this.#writesAwaySince,
    });
  }

  /** Whether a call is bound to a database that the connection does not lead to. */
  isElsewhere({ slow }: SlowCall): boolean {
    return slow.database !== undefined && slow.database !== this.#line.database;
  }

  /** Why a call cannot be served: the connection, the part that it needs, or a circuit. Undefined while it can. */
  causeOf(call: Call): CauseCode | undefined {
    const { cause, writesHeldBy } = this.#line;
    const lane = laneOf(call);
    const held = lane === 'write' ? writesHeldBy : undefined;
    return (
      this.#dispatch.partAway(call)?.cause ?? cause ?? held ?? circuitOf(call, this.#parts.circuits).cause
    );
  }

  /** As {@link causeOf}, where an error needs a reason: while nothing is known, the nearest cause. */
  reasonFor(call: Call): CauseCode {
    const cause = this.causeOf(call);
    if (cause !== undefined) return cause;
    if (this.#kind === 'serving') return 'slow';
    return this.#line.state === 'connecting' ? 'connect-timeout' : 'connection-reset';
  }

  /**
   * Milliseconds that reads in flight are still waited for, once the server was found to be away: as long as a new call
   * would wait. A server whose round trip has just grown beyond the limit of a stall answers within that time.
   */
  get readPatienceMs(): number {
    return Math.max(this.changePatienceMs, this.#parts.settings.admission.maxWaitMs);
  }

  /** Whether reads in flight are given up: the server was found to be away. */
  get givesUpReads(): boolean {
    return this.#line.isServerSilent && this.#parts.settings.admission.patience === 'verdict';
  }

  /** What a read meets, whatever it reads. */
  factsForAll(): Pick<GateFacts, 'gate' | 'awaySince' | 'isIsolated'> {
    const isIsolated = this.#parts.circuits.read.state === 'isolated';
    return { gate: this.#kind, awaySince: this.#awaySince, isIsolated };
  }

  /** What the admission of a call depends on. */
  factsFor(call: Call): GateFacts {
    const lane = laneOf(call);
    const isHeld = lane === 'write' && this.#writesAwaySince !== undefined;
    if (isHeld) this.writesWantedAt = this.#parts.settings.clock.now();
    return {
      gate: this.#kind,
      lane,
      partAway: this.#dispatch.partAway(call),
      awaySince: this.#awaySince,
      writesAwaySince: this.#writesAwaySince,
      isBlocked: this.#dispatch.isBlocked(),
      isIsolated: this.#parts.circuits[lane].state === 'isolated',
    };
  }

  /** Until when a call waits that was sent before and came back. */
  returnedWaitsUntil(call: SlowCall, now: number): number {
    const { deadlineAt } = call.slow;
    const partAway = this.#kind === 'serving' ? this.#dispatch.partAway(call) : undefined;
    if (partAway !== undefined && now < partAway.isExpectedUntil) return deadlineAt;
    // Twice as long as a fresh one: it was promised already, and what is back within a moment is worth it.
    return Math.min(deadlineAt, now + 2 * this.#parts.settings.admission.maxWaitMs);
  }

  /** What decides about a call beside the call itself. */
  situationOf(call: Call): Situation {
    const { settings, retryBudget } = this.#parts;
    const now = settings.clock.now();
    return {
      now,
      deadlineAt: call.slow?.deadlineAt ?? (call.sent?.at ?? now) + settings.timeoutMs,
      isEnded: this.#kind === 'ended',
      canRun: this.canRun(call),
      laneCause: this.causeOf(call),
      reason: this.reasonFor(call),
      retryBudgetAllows: retryBudget.allowsRetry,
      maxRetries: settings.retry.maxRetries,
      role: settings.connection.role,
      categories: settings.retry.categories,
    };
  }

  /** What an error tells of this moment. */
  errorContextOf(call: Call, load: { readonly waiting: number; readonly inFlight: number }): ErrorContext {
    const { settings, circuits, stallDetector } = this.#parts;
    const { state, readAt, writtenAt } = this.#line;
    const lane = laneOf(call);
    const now = settings.clock.now();
    return {
      name: settings.name,
      lane,
      retryAfterMs: this.#line.nextAttemptMs() ?? circuitOf(call, circuits).retryAfterMs(now),
      forensics: {
        command: call.name,
        attempt: call.sends,
        connectionState: state,
        waiting: load.waiting,
        inFlight: load.inFlight,
        lastReadAgeMs: readAt === undefined ? undefined : now - readAt,
        lastWriteAgeMs: writtenAt === undefined ? undefined : now - writtenAt,
        eventLoopLagMs: stallDetector.lagMs,
      },
    };
  }
}
