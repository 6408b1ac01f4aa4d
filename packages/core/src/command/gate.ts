import type { Clock } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { Alarm, type Looks } from '../event-loop/alarm.ts';
import { RefusalPace } from '../event-loop/refusal-pace.ts';
import { DueQueue } from '../event-loop/due-queue.ts';
import { atCaller, callError, elsewhere, rejectedBy, type CallFailure } from './call-errors.ts';
import type { SendCommand } from '../driver/driver-command.ts';
import type { CallOutcomeRecorder } from './call-outcome-recorder.ts';
import {
  circuitOf,
  isSlow,
  prepareResend,
  reject,
  rejectCaller,
  slowCallOf,
  slowStateOf,
  type Call,
  type SlowCall,
} from './call.ts';
import { decide, decideIn, type Fail, type Resend } from './decide.ts';
import { handOver, type Dispatch, type FastRoute } from './dispatch.ts';
import { GateState } from './gate-state.ts';
import { answerTo, closed, overdue, waitExpired, type Happening } from './happening.ts';
import { InFlight, mayBeEarlyMs } from './pending/in-flight.ts';
import type { GateParts, Line } from './line.ts';
import { WaitingQueue } from './pending/waiting-queue.ts';

/** Timers count whole milliseconds and may fire early, so anything due within this time counts as due. */
const roundingMs = 0.5;

/**
 * Owns the calls of one client until they are settled: runs, queues or rejects them, and carries out the decisions of
 * `decide`. Every call is settled exactly once, whatever fails and when.
 */
export class Gate implements Looks {
  readonly state: GateState;
  readonly waiting: WaitingQueue;
  readonly inFlight: InFlight;
  readonly #parts: GateParts;
  readonly #clock: Clock;
  readonly #recorder: CallOutcomeRecorder;
  readonly #dispatch: Dispatch;
  /** Calls that will be retried when their random delay is over. */
  readonly #retryDelays = new DueQueue(slowStateOf);
  readonly #alarm: Alarm;
  #refusals: RefusalPace | undefined;
  #isReadingSockets = false;

  constructor(parts: GateParts, line: Line, dispatch: Dispatch) {
    this.#parts = parts;
    this.#clock = parts.settings.clock;
    this.#recorder = parts.recorder;
    this.#dispatch = dispatch;
    this.state = new GateState(parts, line, dispatch);
    this.waiting = new WaitingQueue(parts.settings.admission, parts.stallDetector);
    this.inFlight = new InFlight(parts.settings.timeoutMs, parts.settings.admission, parts.stallDetector);
    this.#alarm = new Alarm(this.#clock, this);
  }

  counts(): { readonly waiting: number; readonly waitingBytes: number; readonly inFlight: number } {
    const waiting = this.waiting.length + this.#retryDelays.length;
    return { waiting, waitingBytes: this.waiting.bytes, inFlight: this.inFlight.length };
  }

  /** Call when the connection can serve commands: sends the waiting calls, in the order of the queue. */
  serve(): void {
    this.state.serve();
    this.inFlight.keepReads();
    this.refresh();
  }

  /** Makes calls wait, because an outage began at `since`; undefined during the first connection attempt. */
  hold(since: number | undefined, isLost = true): void {
    this.state.hold(since, isLost);
    this.refresh();
    if (since !== undefined && this.state.changePatienceMs === 0) this.waiting.hurry(since);
    if (this.state.givesUpReads) this.inFlight.giveUpReads(this.#clock.now() + this.state.readPatienceMs);
    this.#setAlarm();
  }

  /** Makes writes wait, because a replica took the primary's place at `since`; if undefined, lets writes run again. */
  holdWrites(since: number | undefined): void {
    this.state.holdWrites(since);
    this.refresh();
  }

  /** Call when the client has ended: settles all pending calls or, if `isDraining`, only those not in flight. */
  end(isDraining = false): void {
    this.state.end();
    this.refresh();
    const pending = [...this.waiting.inOrder(), ...this.#retryDelays.all()];
    for (const call of isDraining ? pending : [...pending, ...this.inFlight.all()]) this.settle(call, closed);
    this.#setAlarm();
  }

  /** Call when the user connects the client again: undoes {@link end}. */
  reopen(): void {
    this.state.reopen();
  }

  /** Call when a circuit or the socket's backpressure has changed: sends the waiting calls that can run now. */
  refresh(): void {
    this.state.refresh();
    if (this.state.kind !== 'serving') return;
    this.state.guards.locks.connected();
    for (const call of this.waiting.inOrder()) {
      if (this.#dispatch.isBlocked()) break;
      if (this.state.canRun(call) && this.waiting.remove(call, this.#clock.now())) this.run(call);
    }
    this.#setAlarm();
  }

  /** Call when the process has stood still for `elapsedMs`: extends the deadlines of calls in flight by that time. */
  extendDeadlines(elapsedMs: number): void {
    this.inFlight.extendDeadlines(elapsedMs, this.#clock.now());
  }

  /** Counts a call as in flight: the caller must write the call's command to `route` in the same event-loop turn. */
  startFast(call: Call, route: FastRoute): void {
    const flush = route.currentFlush();
    this.inFlight.startFast(call, flush);
    if (this.inFlight.deadlineOf(flush) < this.#alarm.dueAt) this.#setAlarm();
  }

  /** Counts a call as in flight. The caller must then send the call in `flush`, by default the current flush. */
  start(call: SlowCall, flush = this.#dispatch.currentFlush()): void {
    this.inFlight.start(call, flush, this.#dispatch.writesAtOnce ? flush : undefined);
    this.#setAlarm();
  }

  /** Sends a call, unless its transaction was lost, it is bound to another database, or its circuit rejects it. */
  run(call: SlowCall): void {
    const lost = this.state.guards.check(call);
    call.circuits = this.#dispatch.circuitsOf(call);
    if (lost !== undefined) {
      this.#recorder.lost(call, lost);
      reject(call, lost);
    } else if (this.state.isElsewhere(call)) this.refuse(call, elsewhere(call.slow.outcome));
    else if (this.#recorder.admits(call)) {
      this.start(call);
      handOver(this.#dispatch, call);
    } else this.refuse(call, rejectedBy(circuitOf(call, this.#parts.circuits), call.slow.outcome));
    // The call may have been a MULTI, which closes the fast path, or an EXEC, which opens it again.
    this.state.refresh();
  }

  /** Queues a call until `expiresAt`; calls that were sent before (`returned`) will run before new (`fresh`) ones. */
  wait(call: SlowCall, waitsAs: 'fresh' | 'returned', expiresAt: number): void {
    this.waiting.add(call, waitsAs, this.#clock.now(), expiresAt);
    this.#setAlarm();
  }

  /** Rejects a call: records the failure now, but passes the error to the caller in a later turn of the event loop. */
  refuse(call: SlowCall, failure: CallFailure, entrance?: SendCommand): void {
    const refusal = (): Error => this.state.refusalOf(call, failure, this.counts());
    const error = entrance === undefined ? refusal() : atCaller(refusal, entrance);
    this.#recorder.lost(call, error);
    this.state.guards.notSent(call, error);
    (this.#refusals ??= new RefusalPace(this.#clock)).later(() => reject(call, error));
  }

  /** Call when the server has replied to a single command (not a batch) without an error. */
  answered(call: Call, value: unknown): void {
    const answer = answerTo(call, value, this.#clock);
    if (call.settled) return this.state.guards.locks.answeredLate(call, value, this.inFlight);
    this.inFlight.remove(call);
    const decision = decide(call, answer);
    if (decision.kind === 'resend') return this.#resend(call, decision, answer);
    call.settled = true;
    this.#recorder.succeeded(call, this.#dispatch.readAt());
    call.resolve(value);
  }

  /** Call when a single command ends without a normal reply, or when a batch ends in any way. */
  settle(call: Call, happening: Happening): void {
    if (call.settled) return;
    if (call.sent !== undefined) this.inFlight.remove(call);
    else if (isSlow(call) && !this.waiting.remove(call, this.#clock.now())) this.#retryDelays.remove(call);
    const decision = decideIn(this.state, call, happening);
    if (decision.kind === 'resend') return this.#resend(call, decision, happening);
    if (decision.kind === 'fail') return this.#fail(call, decision);
    call.settled = true;
    this.#recorder.succeeded(call, this.#dispatch.readAt());
    if (call.batch !== undefined) return call.batch.release();
    call.resolve(0); // UNSUBSCRIBE replies with the number of remaining subscriptions.
  }

  #fail(call: Call, decision: Fail): void {
    const { failure, tells } = decision;
    const readAt = this.#dispatch.readAt();
    if (tells !== 'error') this.#recorder.failed(call, decision, failure.error as Error, readAt);
    const context = this.state.errorContextOf(call, this.counts());
    const error = callError(failure, context);
    if (tells === 'error') this.#recorder.failed(call, decision, error, readAt);
    call.settled = true;
    this.state.guards.failed(call, failure, error);
    if (call.batch === undefined) rejectCaller(call, error);
    else call.batch.fail(error, { failure, context });
  }

  #resend(call: Call, { outcome, maxDelayMs, pays, isRetry }: Resend, ended: Happening): void {
    const { timeoutMs, random } = this.#parts.settings;
    const slowCall = slowCallOf(call, timeoutMs, this.#clock.now());
    this.#recorder.withdrawn(call);
    prepareResend(slowCall, outcome, this.#parts.stallDetector.stalledMs, ended);
    if (pays) this.#parts.retryBudget.take();
    if (isRetry) this.#recorder.retried(slowCall, outcome);
    if (maxDelayMs === 0) return this.#resume(slowCall);
    const at = this.#clock.now() + 1 + random() * maxDelayMs;
    this.#retryDelays.add(slowCall, Math.min(at, slowCall.slow.deadlineAt));
    this.#setAlarm();
  }

  /** Retries a call now if possible; otherwise queues the call ahead of all new ones, or fails an overdue call. */
  #resume(call: SlowCall, now = this.#clock.now()): void {
    if (now >= call.slow.deadlineAt) this.settle(call, overdue);
    else if (this.state.canRun(call)) this.run(call);
    else this.wait(call, 'returned', this.state.returnedWaitsUntil(call, now));
  }

  #setAlarm(earlyMs = mayBeEarlyMs): void {
    if (this.#isReadingSockets) return;
    const dueAt = Math.min(this.inFlight.nextDueAt, this.waiting.nextDueAt, this.#retryDelays.nextDueAt);
    // Calls in flight keep the process alive by their socket, but waiting and delayed calls only by this timer.
    this.#alarm.set(dueAt, this.waiting.length + this.#retryDelays.length > 0, earlyMs);
  }

  /** Called when the alarm fires: settles or retries the calls whose time has come. */
  look(): void {
    const now = this.#clock.now() + roundingMs;
    for (let call = this.#retryDelays.due(now); call !== undefined; call = this.#retryDelays.due(now)) {
      this.#retryDelays.remove(call);
      call.slow.makeUpForFreeze(now, this.#parts.stallDetector.stalledMs);
      // `now` includes `roundingMs`: otherwise, an alarm that fires early would retry a call that has no time left.
      this.#resume(call, now);
    }
    for (let call = this.waiting.expired(now); call !== undefined; call = this.waiting.expired(now))
      this.settle(call, waitExpired);
    if (this.inFlight.nextDueAt > now) return this.#setAlarm(0);
    // After a stall of the process, timers run before sockets are read: a reply may have arrived without being read.
    this.#isReadingSockets = true;
    afterReads(this.#clock, () => {
      this.#isReadingSockets = false;
      for (let call = this.inFlight.overdue(now); call !== undefined; call = this.inFlight.overdue(now))
        this.settle(call, overdue);
      for (const call of this.inFlight.readsToGiveUp(now)) this.settle(call, waitExpired);
      this.#setAlarm();
    });
  }
}
