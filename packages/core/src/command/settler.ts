import type { CauseCode } from '../cause.ts';
import { CommandTimeoutError, OutcomeUnknownError, type Outcome } from '../errors.ts';
import type { DriverCommand } from '../ioredis.ts';
import { settleBatch } from './batch-settlement.ts';
import type { Batch } from './batch.ts';
import { mayResendCall } from './resend.ts';
import { isCallersFault, isReplyError } from './connection-error.ts';
import { Deadlines } from './deadlines.ts';
import type { Dispatch } from './dispatch.ts';
import { EntryList } from './entry-list.ts';
import type { Entry, EntryOwner, LateRecord } from './entry.ts';
import type { GateHost } from './gate-host.ts';
import { afterReads } from './lag-correction.ts';
import { retryPause } from './retry-pause.ts';
import { classifyReply } from './reply-error.ts';
import { describeUnavailable, unavailable } from './unavailable.ts';

/** What a settler asks of its gate. */
export interface SettlerGate {
  /** Send it again, after a pause, before all that is new. */
  comeBack(entry: Entry, delayMs: number): void;
  isEnded(): boolean;
  /** Whether it would be sent at once, and so needs a pause first. */
  wouldRun(entry: Entry): boolean;
}

/**
 * Decides what becomes of each call: answered, sent again, or failed with all that is known about it. Exactly one of
 * them, whatever breaks and when.
 */
export class Settler implements EntryOwner {
  readonly #host: GateHost;
  readonly #dispatch: Dispatch;
  readonly #gate: SettlerGate;
  /** Sent, unanswered, and under the common deadline; the oldest first. */
  readonly #common = new EntryList();
  /** Sent, unanswered, with a deadline of their own: blocking commands, and what was sent again. */
  readonly #late = new Set<Entry>();
  readonly #deadlines: Deadlines;

  constructor(host: GateHost, dispatch: Dispatch, gate: SettlerGate) {
    this.#host = host;
    this.#dispatch = dispatch;
    this.#gate = gate;
    this.#deadlines = new Deadlines(host.clock, host.settings.timeoutMs, this.#common, (entry) =>
      this.#expire(entry),
    );
  }

  get inFlight(): number {
    return this.#common.length + this.#late.size;
  }

  launch(entry: Entry): void {
    this.#common.push(entry);
    this.#deadlines.watch();
  }

  launchLate(entry: Entry, late: LateRecord): void {
    this.#late.add(entry);
    if (late.deadlineAt === Infinity) return;
    const { clock } = this.#host;
    const delayMs = Math.max(0, late.deadlineAt - clock.now());
    late.timer = clock.setTimeout(
      () =>
        afterReads(clock, () => {
          if (this.#late.has(entry)) this.#expire(entry);
        }),
      delayMs,
    );
  }

  answered(entry: Entry, value: unknown, command: DriverCommand): void {
    if (entry.batch !== undefined) {
      entry.batch.settle(command, { ok: true, value });
      this.finishBatch(entry, entry.batch);
      return;
    }
    if (entry.settled) return;
    this.#leave(entry);
    entry.settled = true;
    this.#succeed(entry);
    entry.resolve(value);
  }

  failed(entry: Entry, error: Error, command: DriverCommand): void {
    if (entry.batch !== undefined) {
      entry.batch.settle(command, { ok: false, error });
      this.finishBatch(entry, entry.batch);
      return;
    }
    if (entry.settled) {
      // While it answers, the driver found that it cannot read the reply: that error is the caller's.
      entry.reject(error);
      return;
    }
    this.#leave(entry);
    if (isCallersFault(error)) this.#rejectAsIs(entry, error);
    else if (isReplyError(error)) this.#refused(entry, error);
    else this.#broken(entry, error);
  }

  /** Looks whether all members are in, and decides for the whole. */
  finishBatch(entry: Entry, batch: Batch): void {
    if (entry.settled || !batch.isComplete || batch.remaining > 0) return;
    this.#leave(entry);
    const verdict = settleBatch(batch, this.wasSent(entry));
    for (const signal of verdict.signals) this.#host.onVerdict(signal);
    if (verdict.kind === 'again' && this.#mayTryAgain(entry, verdict.outcome, verdict.cause, true)) return;
    entry.settled = true;
    if (verdict.kind === 'answer') this.#succeed(entry);
    else this.#noteFailure(entry, verdict.cause, verdict.error);
    batch.release((error) => {
      if (!isReplyError(error))
        return isCallersFault(error) ? error : this.#surface(entry, verdict.cause, error);
      return verdict.kind === 'again' && classifyReply(error.message).outcome === 'not-applied'
        ? this.#surface(entry, verdict.cause, error)
        : markRefused(error);
    });
  }

  /** Fails a call that is in no list: refused, overdue, or out of patience. */
  fail(entry: Entry, error: Error): void {
    if (entry.settled) return;
    entry.settled = true;
    this.#host.onSettled(entry, this.#durationOf(entry), error);
    this.#endLate(entry);
    if (entry.batch !== undefined) entry.batch.rejectAll(error);
    else entry.reject(error);
  }

  /** Whether the bytes of this call may have reached the server in its present attempt. */
  wasSent(entry: Entry): boolean {
    return entry.written?.flushed === true;
  }

  /** Nothing more comes: whoever still waits for an answer gets one. */
  end(): void {
    for (const entry of [...this.#late]) this.#abandon(entry);
    while (this.#common.head !== undefined) this.#abandon(this.#common.head);
    this.#deadlines.stop();
  }

  /** After the process was frozen, the time that passed does not count against anybody. */
  forgiveElapsed(elapsedMs: number): void {
    const seen = new Set<unknown>();
    for (let entry = this.#common.head; entry !== undefined; entry = entry.next) {
      if (entry.turn === undefined || seen.has(entry.turn)) continue;
      seen.add(entry.turn);
      entry.turn.at += elapsedMs;
    }
    for (const entry of this.#late) {
      const { late } = entry;
      if (late === undefined || late.deadlineAt === Infinity) continue;
      if (late.timer !== undefined) this.#host.clock.clearTimeout(late.timer);
      late.deadlineAt += elapsedMs;
      this.launchLate(entry, late);
    }
  }

  #refused(entry: Entry, error: Error): void {
    const verdict = classifyReply(error.message, entry.traits.script);
    this.#host.onVerdict(verdict);
    if (verdict.outcome === 'refused') {
      if (verdict.circuit === 'failure') this.#noteFailure(entry, verdict.cause, error);
      else this.#succeed(entry, error);
      entry.settled = true;
      entry.reject(markRefused(error));
      return;
    }
    if (this.#mayTryAgain(entry, 'not-applied', verdict.cause, verdict.scope === 'command')) return;
    // PING answers MISCONF: writes are refused, and the lane that reads is none the worse for it.
    if (verdict.scope === 'write-lane' && entry.traits.lane === 'read') this.#succeed(entry, error);
    else this.#noteFailure(entry, verdict.cause, error);
    entry.settled = true;
    entry.reject(
      verdict.cause === undefined ? markRefused(error) : this.#surface(entry, verdict.cause, error),
    );
  }

  #broken(entry: Entry, error: Error): void {
    const outcome = this.wasSent(entry) ? 'unknown' : 'not-applied';
    if (this.#mayTryAgain(entry, outcome, undefined, false)) return;
    const cause = this.#gate.isEnded() ? 'closed' : this.#host.laneCause(entry.traits.lane);
    this.#ignore(entry);
    entry.settled = true;
    const surfaced = this.#surface(entry, cause ?? 'connection-reset', error);
    this.#host.onSettled(entry, this.#durationOf(entry), surfaced);
    entry.reject(surfaced);
  }

  #mayTryAgain(entry: Entry, outcome: Outcome, cause: CauseCode | undefined, paysAlone: boolean): boolean {
    const { settings, clock, budget } = this.#host;
    const late = (entry.late ??= this.#lateRecordOf(entry));
    if (outcome === 'unknown') late.outcome = 'unknown';
    if (this.#gate.isEnded()) return false;
    // What provably did not run may be tried until its time is up; what may have run, so many times.
    if (outcome === 'unknown' && entry.attempts > settings.retry.maxRetries) return false;
    if (clock.now() >= late.deadlineAt) return false;
    if (cause === 'out-of-memory' || cause === 'persistence' || cause === 'too-few-replicas') return false;
    if (outcome === 'unknown' && !mayResendCall(entry, settings.retry.categories)) return false;
    // What breaks together is sent again together, once a connection: that is paid for when the connection is made.
    if (paysAlone && !budget.tryTake('throttled')) return false;
    entry.batch?.reset();
    this.#ignore(entry);
    entry.turn = undefined;
    entry.written = undefined;
    this.#host.onRetry(entry, outcome);
    const isImmediate = !this.#gate.wouldRun(entry);
    this.#gate.comeBack(entry, isImmediate ? 0 : retryPause(entry.attempts, this.#host.random));
    return true;
  }

  #expire(entry: Entry): void {
    const outcome = this.wasSent(entry) ? 'unknown' : 'not-applied';
    const late = (entry.late ??= this.#lateRecordOf(entry));
    if (outcome === 'unknown') late.outcome = 'unknown';
    this.#leave(entry);
    const reason = this.#host.laneCause(entry.batch?.lane ?? entry.traits.lane) ?? 'slow';
    const details = describeUnavailable(this.#host, entry, reason);
    const error = new CommandTimeoutError(
      `${entry.traits.name} was not answered within its deadline. ` +
        (late.outcome === 'unknown' ? 'It may have run.' : 'It did not run.'),
      details,
    );
    this.#noteFailure(entry, reason, error);
    entry.settled = true;
    if (entry.batch !== undefined) entry.batch.rejectAll(error);
    else entry.reject(error);
  }

  #abandon(entry: Entry): void {
    this.#leave(entry);
    if (this.wasSent(entry)) (entry.late ??= this.#lateRecordOf(entry)).outcome = 'unknown';
    const error = this.#surface(entry, 'closed', undefined);
    this.fail(entry, error);
  }

  #surface(entry: Entry, cause: CauseCode | undefined, beneath: Error | undefined): Error {
    const reason =
      cause ?? this.#host.laneCause(entry.batch?.lane ?? entry.traits.lane) ?? 'connection-reset';
    const isWrite = (entry.batch?.lane ?? entry.traits.lane) === 'write';
    if (entry.late?.outcome !== 'unknown' || !isWrite) return unavailable(this.#host, entry, reason, beneath);
    return new OutcomeUnknownError(
      `The connection broke after ${entry.traits.name} was sent and before its answer: it may have run. ` +
        'Check before sending it again, or use applyOnce.',
      { ...describeUnavailable(this.#host, entry, reason), outcome: 'unknown', cause: beneath },
    );
  }

  #rejectAsIs(entry: Entry, error: Error): void {
    this.#ignore(entry);
    entry.settled = true;
    entry.reject(error);
  }

  #succeed(entry: Entry, replyError?: Error): void {
    const { turn, traits, late } = entry;
    const readAt = this.#dispatch.readAt();
    const durationMs = turn === undefined ? 0 : Math.max(0, readAt - turn.at);
    const lane = entry.batch?.lane ?? traits.lane;
    const circuit = this.#host.circuits[lane];
    if (late?.blockingMs === undefined && turn !== undefined) {
      const generation = late?.generation ?? (lane === 'read' ? turn.readGeneration : turn.writeGeneration);
      circuit.succeeded(generation, durationMs, readAt);
    } else this.#ignore(entry);
    if (entry.attempts === 1) this.#host.budget.succeededFirstTry();
    if (late?.budget !== undefined) late.budget.end(this.#host.clock.now());
    this.#host.onSettled(entry, durationMs, replyError);
  }

  #noteFailure(entry: Entry, cause: CauseCode | undefined, error: Error): void {
    const lane = entry.batch?.lane ?? entry.traits.lane;
    const { turn, late } = entry;
    if (turn !== undefined) {
      const generation = late?.generation ?? (lane === 'read' ? turn.readGeneration : turn.writeGeneration);
      this.#host.circuits[lane].failed(generation, cause ?? 'error-rate', this.#host.clock.now());
    }
    if (late?.budget !== undefined) late.budget.end(this.#host.clock.now());
    this.#host.onSettled(entry, this.#durationOf(entry), error);
  }

  #ignore(entry: Entry): void {
    const { late } = entry;
    if (late?.generation === undefined) return;
    this.#host.circuits[entry.batch?.lane ?? entry.traits.lane].ignored(late.generation);
    late.generation = undefined;
  }

  #leave(entry: Entry): void {
    if (this.#late.delete(entry)) this.#clearTimer(entry);
    else if (this.#contains(entry)) this.#common.remove(entry);
  }

  #contains(entry: Entry): boolean {
    return entry.previous !== undefined || entry.next !== undefined || this.#common.head === entry;
  }

  #clearTimer(entry: Entry): void {
    const { late } = entry;
    if (late?.timer !== undefined) this.#host.clock.clearTimeout(late.timer);
    if (late !== undefined) late.timer = undefined;
  }

  #endLate(entry: Entry): void {
    this.#clearTimer(entry);
    entry.late?.budget?.end(this.#host.clock.now());
  }

  #durationOf(entry: Entry): number {
    const startedAt = entry.late?.issuedAt ?? entry.turn?.at;
    return startedAt === undefined ? 0 : this.#host.clock.now() - startedAt;
  }

  #lateRecordOf(entry: Entry): LateRecord {
    const issuedAt = entry.turn?.at ?? this.#host.clock.now();
    const deadlineAt = issuedAt + this.#host.settings.timeoutMs;
    return lateRecord(issuedAt, deadlineAt);
  }
}

function lateRecord(issuedAt: number, deadlineAt: number): LateRecord {
  return {
    issuedAt,
    deadlineAt,
    expiresAt: deadlineAt,
    bytes: 0,
    outcome: 'not-applied',
    stream: undefined,
    node: undefined,
    blockingMs: undefined,
    budget: undefined,
    generation: undefined,
    timer: undefined,
    waitsAs: undefined,
  };
}

function markRefused(error: Error): Error {
  return Object.assign(error, { outcome: 'refused' satisfies Outcome });
}
