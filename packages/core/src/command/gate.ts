import type { Clock } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { Alarm } from '../event-loop/alarm.ts';
import { RefusalPace } from '../event-loop/refusal-pace.ts';
import { DueQueue } from '../event-loop/due-queue.ts';
import { callError, elsewhere, type CallFailure } from './call-errors.ts';
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
import { decide, type Fail, type SendAgain } from './decide.ts';
import { handOver, type Dispatch } from './dispatch.ts';
import { GateState } from './gate-state.ts';
import { answered, answeredEmpty, closed, overdue, waitExpired, type Happening } from './happening.ts';
import { InFlight } from './in-flight.ts';
import type { GateParts, Line } from './line.ts';
import { WaitingQueue } from './waiting-queue.ts';

/** Timers count whole milliseconds. */
const roundingMs = 0.5;

/**
 * Keeps the calls of one client until each is answered: lets them run, wait or fail, and performs what is decided of
 * them. Every call is answered exactly once, whatever breaks and when.
 */
export class Gate {
  readonly state: GateState;
  readonly waiting: WaitingQueue;
  readonly inFlight: InFlight;
  readonly #parts: GateParts;
  readonly #clock: Clock;
  readonly #recorder: CallOutcomeRecorder;
  readonly #dispatch: Dispatch;
  /** Calls that are sent again, until their delay is over. */
  readonly #retryDelays = new DueQueue(slowStateOf);
  readonly #alarm: Alarm;
  readonly #refusals: RefusalPace;
  #isReadingSockets = false;

  constructor(parts: GateParts, line: Line, dispatch: Dispatch) {
    this.#parts = parts;
    this.#clock = parts.settings.clock;
    this.#recorder = parts.recorder;
    this.#dispatch = dispatch;
    this.state = new GateState(parts, line, dispatch);
    this.waiting = new WaitingQueue(parts.settings.admission);
    this.inFlight = new InFlight(parts.settings.timeoutMs, parts.settings.admission);
    this.#refusals = new RefusalPace(this.#clock);
    this.#alarm = new Alarm(this.#clock, () => this.#onAlarm());
  }

  counts(): { readonly waiting: number; readonly waitingBytes: number; readonly inFlight: number } {
    const waiting = this.waiting.length + this.#retryDelays.length;
    return { waiting, waitingBytes: this.waiting.bytes, inFlight: this.inFlight.length };
  }

  /** The connection serves: everything that waits leaves, in its order. */
  serve(): void {
    this.state.serve();
    this.inFlight.keepReads();
    this.refresh();
  }

  /** The connection is away since `since`; undefined while the first one is being made. */
  hold(since: number | undefined): void {
    this.state.hold(since);
    this.refresh();
    if (since !== undefined && this.state.changePatienceMs === 0) this.waiting.hurry();
    if (this.state.givesUpReads) this.inFlight.giveUpReads(this.#clock.now() + this.state.readPatienceMs);
    this.#setAlarm();
  }

  /** A replica answers where a primary is expected: reads go on, writes wait. Undefined: a primary answers again. */
  holdWrites(since: number | undefined): void {
    this.state.holdWrites(since);
    this.refresh();
  }

  /** No command will run any more: every call is answered. */
  end(): void {
    this.state.end();
    this.refresh();
    const pending = [...this.waiting.inOrder(), ...this.#retryDelays.all(), ...this.inFlight.all()];
    for (const call of pending) this.settle(call, closed);
    this.#setAlarm();
  }

  /** Undoes {@link end}: the user connects the client again. */
  reopen(): void {
    this.state.reopen();
  }

  /** Looks again what may pass: a circuit changed, or the socket takes bytes again or no more. */
  refresh(): void {
    this.state.refresh();
    if (this.state.kind !== 'serving' || this.waiting.length === 0) return;
    for (const call of this.waiting.inOrder()) {
      if (this.#dispatch.isBlocked()) break;
      if (this.state.canRun(call) && this.waiting.remove(call, this.#clock.now())) this.run(call);
    }
    this.#setAlarm();
  }

  /** The process stood still: that time counts against no call. */
  forgiveElapsed(elapsedMs: number): void {
    this.inFlight.forgive(elapsedMs, this.#clock.now());
  }

  /** Counts a call as sent on the fast path; its command is handed to that in the same turn. */
  startFast(call: Call): void {
    const flush = this.#dispatch.currentFlush();
    this.inFlight.startFast(call, flush);
    if (this.inFlight.deadlineOf(flush) < this.#alarm.dueAt) this.#setAlarm();
  }

  /** Counts a call as sent; its commands are handed to the driver in the same turn. */
  start(call: SlowCall): void {
    const flush = this.#dispatch.currentFlush();
    this.inFlight.start(call, flush, this.#dispatch.writesAtOnce ? flush : undefined);
    this.#setAlarm();
  }

  /** Sends a call, where its transaction and its circuit let it pass. */
  run(call: SlowCall): void {
    const lost = this.state.guards.check(call);
    call.slow.circuits = this.#dispatch.circuitsOf(call);
    if (lost !== undefined) {
      this.#recorder.lost(call, lost);
      reject(call, lost);
    } else if (this.state.isElsewhere(call)) this.refuse(call, elsewhere(call.slow.outcome));
    else if (this.#recorder.admits(call)) {
      this.start(call);
      handOver(this.#dispatch, call);
    } else {
      const { cause: reason = 'error-rate' } = circuitOf(call, this.#parts.circuits);
      this.refuse(call, { kind: 'circuit-open', reason, outcome: call.slow.outcome, error: undefined });
    }
    // It may have begun or ended a MULTI.
    this.state.refresh();
  }

  /** Lets a call wait until `expiresAt`: the fresh ones behind those that were sent before. */
  wait(call: SlowCall, waitsAs: 'fresh' | 'returned', expiresAt: number): void {
    this.waiting.add(call, waitsAs, this.#clock.now(), expiresAt);
    this.#setAlarm();
  }

  /** Fails a call that may not pass: decided now, told in a later turn of the event loop. */
  refuse(call: SlowCall, failure: CallFailure): void {
    const error = callError(failure, this.state.errorContextOf(call, this.counts()));
    this.#recorder.lost(call, error);
    this.#refusals.later(() => reject(call, error));
  }

  /** The server answered a single command. */
  answered(call: Call, value: unknown): void {
    if (call.settled) return;
    this.inFlight.remove(call);
    const decision = decide(call, value === null ? answeredEmpty : answered);
    if (decision.kind === 'send-again') return this.#sendAgain(call, decision);
    call.settled = true;
    this.#recorder.succeeded(call, this.#dispatch.readAt());
    call.resolve(value);
  }

  /** Something else happened to a call, or anything to a batch. */
  settle(call: Call, happening: Happening): void {
    if (call.settled) return;
    if (call.sent !== undefined) this.inFlight.remove(call);
    else if (isSlow(call) && !this.waiting.remove(call, this.#clock.now())) this.#retryDelays.remove(call);
    const decision = decide(call, happening, this.state.situationOf(call));
    if (decision.kind === 'send-again') return this.#sendAgain(call, decision);
    if (decision.kind === 'fail') return this.#fail(call, decision);
    call.settled = true;
    this.#recorder.succeeded(call, this.#dispatch.readAt());
    call.batch?.release();
  }

  #fail(call: Call, decision: Fail): void {
    const { failure, tells } = decision;
    const readAt = this.#dispatch.readAt();
    if (tells !== 'error') this.#recorder.failed(call, decision, failure.error as Error, readAt);
    const context = this.state.errorContextOf(call, this.counts());
    const error = callError(failure, context);
    if (tells === 'error') this.#recorder.failed(call, decision, error, readAt);
    call.settled = true;
    if (call.batch === undefined) rejectCaller(call, error);
    else call.batch.fail(error, { failure, context });
  }

  #sendAgain(call: Call, { outcome, maxDelayMs, pays, isRetry }: SendAgain): void {
    const { timeoutMs, random } = this.#parts.settings;
    const slowCall = slowCallOf(call, timeoutMs, this.#clock.now());
    this.#recorder.withdrawn(call);
    prepareResend(slowCall, outcome);
    if (pays) this.#parts.retryBudget.take();
    if (isRetry) this.#recorder.retried(slowCall, outcome);
    if (maxDelayMs === 0) this.#resume(slowCall);
    else {
      const at = this.#clock.now() + 1 + random() * maxDelayMs;
      this.#retryDelays.add(slowCall, Math.min(at, slowCall.slow.deadlineAt));
      this.#setAlarm();
    }
  }

  /** Sends a call again, before all fresh ones. */
  #resume(call: SlowCall, now = this.#clock.now()): void {
    if (now >= call.slow.deadlineAt) this.settle(call, overdue);
    else if (this.state.canRun(call)) this.run(call);
    else this.wait(call, 'returned', this.state.returnedWaitsUntil(call, now));
  }

  #setAlarm(): void {
    if (this.#isReadingSockets) return;
    const dueAt = Math.min(this.inFlight.nextDueAt, this.waiting.nextDueAt, this.#retryDelays.nextDueAt);
    // Calls in flight have a socket, which keeps the process alive by itself.
    this.#alarm.set(dueAt, this.waiting.length + this.#retryDelays.length > 0);
  }

  #onAlarm(): void {
    const now = this.#clock.now() + roundingMs;
    for (let call = this.#retryDelays.due(now); call !== undefined; call = this.#retryDelays.due(now)) {
      this.#retryDelays.remove(call);
      // An alarm that comes a little early must not send a call of which no time is left.
      this.#resume(call, now);
    }
    for (let call = this.waiting.expired(now); call !== undefined; call = this.waiting.expired(now)) {
      this.settle(call, waitExpired);
    }
    if (this.inFlight.nextDueAt > now) return this.#setAlarm();
    // After a stall timers run before sockets are read: an answer that already lies there is no timeout.
    this.#isReadingSockets = true;
    afterReads(this.#clock, () => {
      this.#isReadingSockets = false;
      for (let call = this.inFlight.overdue(now); call !== undefined; call = this.inFlight.overdue(now)) {
        this.settle(call, overdue);
      }
      for (const call of this.inFlight.readsToGiveUp(now)) this.settle(call, waitExpired);
      this.#setAlarm();
    });
  }
}
