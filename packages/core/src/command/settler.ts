import type { CauseCode } from '../cause.ts';
import { debug } from '../debug.ts';
import type { Outcome } from '../errors.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import { Accounts } from './accounts.ts';
import { settleBatch } from './batch-settlement.ts';
import type { Batch } from './batch.ts';
import { isCallersFault, isReplyError } from '../replies/connection-error.ts';
import type { Dispatch } from './dispatch.ts';
import { laneOf, type Entry, type EntryOwner } from './entry.ts';
import type { GateHost } from './gate-host.ts';
import { InFlight } from './in-flight.ts';
import { lateRecord, type LateRecord } from './late-record.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { mayResendCall } from './resend.ts';
import { retryPause } from './retry-pause.ts';
import { markRefused, overdue, surfaced } from './surfaced-error.ts';

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
  readonly inFlight: InFlight;
  readonly #host: GateHost;
  readonly #gate: SettlerGate;
  readonly #accounts: Accounts;

  constructor(host: GateHost, dispatch: Dispatch, gate: SettlerGate) {
    this.#host = host;
    this.#gate = gate;
    this.#accounts = new Accounts(host, dispatch);
    this.inFlight = new InFlight(host.clock, host.settings.timeoutMs, (entry) => this.#expire(entry));
  }

  answered(entry: Entry, value: unknown, command: DriverCommand): void {
    if (entry.batch !== undefined) {
      entry.batch.settle(command, { ok: true, value });
      this.finishBatch(entry, entry.batch);
      return;
    }
    if (entry.settled) return;
    this.inFlight.remove(entry);
    if (entry.late?.released === true && value === null) {
      entry.late.released = false;
      this.#gate.comeBack(entry, 0);
      return;
    }
    entry.settled = true;
    this.#accounts.succeeded(entry);
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
    this.inFlight.remove(entry);
    if (isCallersFault(error)) {
      this.#accounts.withdrawn(entry);
      this.#settle(entry, error);
    } else if (isReplyError(error)) this.#refused(entry, error);
    else this.#broken(entry, error);
  }

  /** Looks whether all members are in, and decides for the whole. */
  finishBatch(entry: Entry, batch: Batch): void {
    if (entry.settled || !batch.isComplete || batch.remaining > 0) return;
    this.inFlight.remove(entry);
    const verdict = settleBatch(batch, wasSent(entry));
    for (const signal of verdict.signals) this.#host.onVerdict(signal);
    if (verdict.kind === 'answer') this.#accounts.succeeded(entry);
    else if (this.#triesAgain(entry, verdict.outcome, verdict.cause, verdict.isReply)) return;
    else this.#accounts.lost(entry, surfaced(this.#host, entry, verdict.cause, verdict.error));
    entry.settled = true;
    batch.release((error) => {
      if (isCallersFault(error)) return error;
      const isOurs = !isReplyError(error) || verdict.kind === 'again';
      // EXEC says no more than that an earlier member was refused: what that was holds for it too.
      const isAborted = batch.isTransaction && error.message.startsWith('EXECABORT');
      const isAway =
        !isReplyError(error) || isAborted || classifyReply(error.message).outcome === 'not-applied';
      return isOurs && isAway ? surfaced(this.#host, entry, verdict.cause, error) : markRefused(error);
    });
  }

  /**
   * Fails a call that was not admitted: decided now, told in the next turn of the event loop. A caller that asks again at
   * once would otherwise go round in microtasks, and no timer and no socket would ever have its turn.
   */
  refuse(entry: Entry, error: Error): void {
    if (entry.settled) return;
    this.#accounts.lost(entry, error);
    entry.settled = true;
    this.#host.clock.setImmediate(() => this.#settle(entry, error));
  }

  /** Fails a call that is in no list: out of patience, or closed. */
  fail(entry: Entry, error: Error): void {
    if (entry.settled) return;
    this.#accounts.lost(entry, error);
    this.#settle(entry, error);
  }

  /** Nothing more comes: whoever still waits for an answer gets one. */
  end(): void {
    this.inFlight.drain((entry) => {
      this.inFlight.remove(entry);
      if (wasSent(entry)) this.#lateOf(entry).outcome = 'unknown';
      this.fail(entry, surfaced(this.#host, entry, 'closed', undefined));
    });
  }

  #refused(entry: Entry, error: Error): void {
    const verdict = classifyReply(error.message, entry.traits.script);
    this.#host.onVerdict(verdict);
    const { cause, outcome, scope } = verdict;
    if (outcome === 'not-applied' && this.#triesAgain(entry, outcome, cause, scope === 'command')) return;
    // PING answers MISCONF: writes are refused, and the lane that reads is none the worse for it.
    const isOfOtherLane = scope === 'write-lane' && entry.traits.lane === 'read';
    if (verdict.circuit !== 'failure' || isOfOtherLane) this.#accounts.succeeded(entry, error);
    else this.#accounts.failed(entry, cause, error);
    const isAway = outcome === 'not-applied' && cause !== undefined;
    this.#settle(entry, isAway ? surfaced(this.#host, entry, cause, error) : markRefused(error));
  }

  #broken(entry: Entry, error: Error): void {
    // What the server let go before the connection broke took nothing.
    const isReleased = entry.late?.released === true;
    const outcome = wasSent(entry) && !isReleased ? 'unknown' : 'not-applied';
    if (entry.late !== undefined) entry.late.released = false;
    if (this.#triesAgain(entry, outcome, undefined, false)) return;
    const cause = this.#gate.isEnded() ? 'closed' : this.#host.laneCause(laneOf(entry));
    this.fail(entry, surfaced(this.#host, entry, cause, error));
  }

  #expire(entry: Entry): void {
    if (wasSent(entry)) this.#lateOf(entry).outcome = 'unknown';
    this.inFlight.remove(entry);
    const known = this.#host.laneCause(laneOf(entry));
    const error = overdue(this.#host, entry, known ?? 'slow');
    // A server that is known to be away is not counted as slow on top.
    if (known === undefined) this.#accounts.failed(entry, 'slow', error);
    else this.#accounts.lost(entry, error);
    this.#settle(entry, error);
  }

  #triesAgain(entry: Entry, outcome: Outcome, cause: CauseCode | undefined, paysAlone: boolean): boolean {
    const { settings, clock, budget, random } = this.#host;
    const late = this.#lateOf(entry);
    if (outcome === 'unknown') late.outcome = 'unknown';
    if (this.#gate.isEnded() || clock.now() >= late.deadlineAt) return false;
    // Where nobody looks for a primary there is nothing to wait for.
    if (cause === 'read-only' && settings.connection.role === 'any') return false;
    if (cause === 'out-of-memory' || cause === 'persistence' || cause === 'too-few-replicas') return false;
    // What provably did not run may be tried until its time is up; what may have run, so many times.
    const isAllowed = outcome === 'not-applied' || entry.attempts <= settings.retry.maxRetries;
    if (!isAllowed || settings.retry.maxRetries === 0) return false;
    if (outcome === 'unknown' && !mayResendCall(entry, settings.retry.categories)) return false;
    // What breaks together is sent again together, once a connection: making the connection is what paces it.
    if (paysAlone && !budget.tryTake('throttled')) {
      debug('%s: the retry budget is spent: %s is not sent again', settings.name, entry.traits.name);
      return false;
    }
    entry.batch?.reset();
    this.#accounts.withdrawn(entry);
    entry.sent = undefined;
    entry.written = undefined;
    if (late.operation !== undefined) late.operation.retries++;
    this.#host.onRetry(entry, outcome);
    this.#gate.comeBack(entry, this.#gate.wouldRun(entry) ? retryPause(entry.attempts, random) : 0);
    return true;
  }

  #settle(entry: Entry, error: Error): void {
    entry.settled = true;
    if (entry.batch === undefined) entry.reject(error);
    else entry.batch.rejectAll(error);
  }

  #lateOf(entry: Entry): LateRecord {
    const { clock, settings } = this.#host;
    entry.late ??= lateRecord({ issuedAt: entry.sent?.at ?? clock.now(), allowedMs: settings.timeoutMs });
    return entry.late;
  }
}

/** Whether the bytes of this call may have reached the server in its present attempt. */
function wasSent(entry: Entry): boolean {
  return entry.written?.isWritten === true;
}
