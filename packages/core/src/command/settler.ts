import type { CauseCode } from '../cause.ts';
import { debug } from '../observability/debug.ts';
import type { Outcome } from '../errors.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import { Accounts } from './accounts.ts';
import { settleBatch } from './batch-settlement.ts';
import type { Batch } from './batch.ts';
import { isCallersFault, isReplyError } from '../replies/connection-error.ts';
import type { Dispatch } from './dispatch.ts';
import { laneOf, type Call, type CallOwner } from './call.ts';
import type { GateHost } from './gate-host.ts';
import { InFlight } from './in-flight.ts';
import { slowPathState, type SlowPathState } from './slow-path.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { mayResendCall } from './resend.ts';
import { retryPause } from './retry-pause.ts';
import { markRefused, overdue, surfaced } from './surfaced-error.ts';

/** What a settler asks of its gate. */
export interface SettlerGate {
  /** Send it again, after a pause, before all that is new. */
  comeBack(call: Call, delayMs: number): void;
  isEnded(): boolean;
  /** Whether it would be sent at once, and so needs a pause first. */
  wouldRun(call: Call): boolean;
}

/**
 * Decides what becomes of each call: answered, sent again, or failed with all that is known about it. Exactly one of
 * them, whatever breaks and when.
 */
export class Settler implements CallOwner {
  readonly inFlight: InFlight;
  readonly #host: GateHost;
  readonly #gate: SettlerGate;
  readonly #accounts: Accounts;

  constructor(host: GateHost, dispatch: Dispatch, gate: SettlerGate) {
    this.#host = host;
    this.#gate = gate;
    this.#accounts = new Accounts(host, dispatch);
    this.inFlight = new InFlight(host.clock, host.settings.timeoutMs, (call) => this.#expire(call));
  }

  answered(call: Call, value: unknown, command: DriverCommand): void {
    if (call.batch !== undefined) {
      call.batch.settle(command, { ok: true, value });
      this.finishBatch(call, call.batch);
      return;
    }
    if (call.settled) return;
    this.inFlight.remove(call);
    if (call.slow?.released === true && value === null) {
      call.slow.released = false;
      this.#gate.comeBack(call, 0);
      return;
    }
    call.settled = true;
    this.#accounts.succeeded(call);
    call.resolve(value);
  }

  failed(call: Call, error: Error, command: DriverCommand): void {
    if (call.batch !== undefined) {
      call.batch.settle(command, { ok: false, error });
      this.finishBatch(call, call.batch);
      return;
    }
    if (call.settled) {
      // While it answers, the driver found that it cannot read the reply: that error is the caller's.
      call.reject(error);
      return;
    }
    this.inFlight.remove(call);
    if (isCallersFault(error)) {
      this.#accounts.withdrawn(call);
      this.#settle(call, error);
    } else if (isReplyError(error)) this.#refused(call, error);
    else this.#broken(call, error);
  }

  /** Looks whether all commands are in, and decides for the whole. */
  finishBatch(call: Call, batch: Batch): void {
    if (call.settled || !batch.isComplete || batch.remaining > 0) return;
    this.inFlight.remove(call);
    const verdict = settleBatch(batch, wasSent(call));
    for (const signal of verdict.signals) this.#host.onVerdict(signal);
    if (verdict.kind === 'answer') this.#accounts.succeeded(call);
    else if (this.#triesAgain(call, verdict.outcome, verdict.cause, verdict.isReply)) return;
    else this.#accounts.lost(call, surfaced(this.#host, call, verdict.cause, verdict.error));
    call.settled = true;
    batch.release((error) => {
      if (isCallersFault(error)) return error;
      const isOurs = !isReplyError(error) || verdict.kind === 'again';
      // EXEC says no more than that an earlier command was refused: what that was holds for it too.
      const isAborted = batch.isTransaction && error.message.startsWith('EXECABORT');
      const isAway =
        !isReplyError(error) || isAborted || classifyReply(error.message).outcome === 'not-applied';
      return isOurs && isAway ? surfaced(this.#host, call, verdict.cause, error) : markRefused(error);
    });
  }

  /**
   * Fails a call that was not admitted: decided now, told in the next turn of the event loop. A caller that asks again at
   * once would otherwise go round in microtasks, and no timer and no socket would ever have its turn.
   */
  refuse(call: Call, error: Error): void {
    if (call.settled) return;
    this.#accounts.lost(call, error);
    call.settled = true;
    this.#host.clock.setImmediate(() => this.#settle(call, error));
  }

  /** Fails a call that is in no list: out of patience, or closed. */
  fail(call: Call, error: Error): void {
    if (call.settled) return;
    this.#accounts.lost(call, error);
    this.#settle(call, error);
  }

  /** Nothing more comes: whoever still waits for an answer gets one. */
  end(): void {
    this.inFlight.drain((call) => {
      this.inFlight.remove(call);
      if (wasSent(call)) this.#slowOf(call).outcome = 'unknown';
      this.fail(call, surfaced(this.#host, call, 'closed', undefined));
    });
  }

  #refused(call: Call, error: Error): void {
    const verdict = classifyReply(error.message, call.traits.script);
    this.#host.onVerdict(verdict);
    const { cause, outcome, scope } = verdict;
    if (outcome === 'not-applied' && this.#triesAgain(call, outcome, cause, scope === 'command')) return;
    // PING answers MISCONF: writes are refused, and the lane that reads is none the worse for it.
    const isOfOtherLane = scope === 'write-lane' && call.traits.lane === 'read';
    if (verdict.circuit !== 'failure' || isOfOtherLane) this.#accounts.succeeded(call, error);
    else this.#accounts.failed(call, cause, error);
    const isAway = outcome === 'not-applied' && cause !== undefined;
    this.#settle(call, isAway ? surfaced(this.#host, call, cause, error) : markRefused(error));
  }

  #broken(call: Call, error: Error): void {
    // What the server let go before the connection broke took nothing.
    const isReleased = call.slow?.released === true;
    const outcome = wasSent(call) && !isReleased ? 'unknown' : 'not-applied';
    if (call.slow !== undefined) call.slow.released = false;
    if (this.#triesAgain(call, outcome, undefined, false)) return;
    const cause = this.#gate.isEnded() ? 'closed' : this.#host.laneCause(laneOf(call));
    this.fail(call, surfaced(this.#host, call, cause, error));
  }

  #expire(call: Call): void {
    if (wasSent(call)) this.#slowOf(call).outcome = 'unknown';
    this.inFlight.remove(call);
    const known = this.#host.laneCause(laneOf(call));
    const error = overdue(this.#host, call, known ?? 'slow');
    // A server that is known to be away is not counted as slow on top.
    if (known === undefined) this.#accounts.failed(call, 'slow', error);
    else this.#accounts.lost(call, error);
    this.#settle(call, error);
  }

  #triesAgain(call: Call, outcome: Outcome, cause: CauseCode | undefined, paysAlone: boolean): boolean {
    const { settings, clock, retryBudget, random } = this.#host;
    const slow = this.#slowOf(call);
    if (outcome === 'unknown') slow.outcome = 'unknown';
    if (this.#gate.isEnded() || clock.now() >= slow.deadlineAt) return false;
    // Where nobody looks for a primary there is nothing to wait for.
    if (cause === 'read-only' && settings.connection.role === 'any') return false;
    if (cause === 'out-of-memory' || cause === 'persistence' || cause === 'too-few-replicas') return false;
    // What provably did not run may be tried until its time is up; what may have run, so many times.
    const isAllowed = outcome === 'not-applied' || call.sends <= settings.retry.maxRetries;
    if (!isAllowed || settings.retry.maxRetries === 0) return false;
    if (outcome === 'unknown' && !mayResendCall(call, settings.retry.categories)) return false;
    // What breaks together is sent again together, once a connection: making the connection is what paces it.
    if (paysAlone && !retryBudget.allowsRetry) {
      debug('%s: the retry budget is spent: %s is not sent again', settings.name, call.traits.name);
      return false;
    }
    if (paysAlone) retryBudget.take();
    call.batch?.reset();
    this.#accounts.withdrawn(call);
    call.sent = undefined;
    call.written = undefined;
    if (slow.operation !== undefined) slow.operation.retries++;
    this.#host.onRetry(call, outcome);
    this.#gate.comeBack(call, this.#gate.wouldRun(call) ? retryPause(call.sends, random) : 0);
    return true;
  }

  #settle(call: Call, error: Error): void {
    call.settled = true;
    if (call.batch === undefined) call.reject(error);
    else call.batch.rejectAll(error);
  }

  #slowOf(call: Call): SlowPathState {
    const { clock, settings } = this.#host;
    call.slow ??= slowPathState({ issuedAt: call.sent?.at ?? clock.now(), allowedMs: settings.timeoutMs });
    return call.slow;
  }
}

/** Whether the bytes of this call may have reached the server in its present attempt. */
function wasSent(call: Call): boolean {
  return call.written?.isWritten === true;
}
