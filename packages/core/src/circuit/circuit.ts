import type { CauseCode } from '../cause.ts';
import type { Clock, Random } from '../clock.ts';
import type { CircuitState } from '../snapshot.ts';
import type { CircuitSettings } from '../options/circuit-settings.ts';
import { CallTally } from './call-tally.ts';
import type { AdmittedCalls, CircuitSignal, LiveCircuitState } from './circuit-state.ts';
import { circuitTransition, dueAt } from './circuit-transition.ts';
import { SlowLimit } from './slow-limit.ts';

/** A change of a circuit's state. `cause` says why the circuit is not closed; undefined once it is closed. */
export interface CircuitChange {
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly cause: CauseCode | undefined;
}

/** The external dependencies of a circuit. */
export interface CircuitDependencies {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** Deadline of a call in milliseconds: calls that come close to it count as slow. */
  readonly deadlineMs: number;
  /** Called when a change of state is complete. May call the circuit's methods. */
  readonly onChange: (change: CircuitChange) => void;
}

const refused = -1;
/** One in this many calls is let through to relieve a slow server without cutting it off. */
const shareRatio = 4;

/**
 * Circuit breaker for reads or for writes. Opens on a high share of failed or slow calls in the window, on consecutive
 * failures, or on `trip`. After its open time, lets a few trial calls through, and closes when all of them succeed.
 *
 * - Every admitted call must be settled once, by `succeeded`, `failed` or `ignored`, with the generation in which it
 *   was admitted. Each change of state starts a new generation. Results with an older generation are not counted.
 * - There is no timer. A change that is due is made when a method is next called, dated back to when it was due.
 * - The share of failed and slow calls is checked only when a call fails or is slow.
 * - The open time doubles each time the circuit opens again, until the circuit has stayed closed for a whole window.
 * - A circuit that is open because calls are slow still admits every call, because most calls end in time. If calls
 *   miss their deadline, or take longer than a configured `slowMs`, the circuit admits one call in four.
 * - In mode `observe`, the circuit rejects nothing; in mode `off`, it stays closed. `isolate` works in every mode.
 */
export class Circuit {
  readonly #settings: CircuitSettings;
  readonly #deps: CircuitDependencies;
  readonly #tally: CallTally;
  readonly #slowLimit: SlowLimit;
  readonly #off: boolean;
  #state: LiveCircuitState;
  #closed = true;
  #dueAt = Infinity;
  #generation = 1;
  #shareCount = 0;
  /** When a call last came while the circuit was not closed, admitted or not. Monotonic milliseconds. */
  wantedAt = -Infinity;

  constructor(settings: CircuitSettings, deps: CircuitDependencies) {
    this.#settings = settings;
    this.#deps = deps;
    this.#tally = new CallTally(settings);
    this.#slowLimit = new SlowLimit(deps.deadlineMs, settings.slowMs);
    this.#off = settings.mode === 'off';
    this.#state = { kind: 'closed', since: deps.clock.now(), doublings: 0 };
  }

  /** Whether the circuit is closed. If so, `admit` need not be called: it would return `generation`. */
  get admitsAll(): boolean {
    return this.#closed;
  }

  get generation(): number {
    return this.#generation;
  }

  get state(): CircuitState {
    this.#catchUp();
    return this.#state.kind;
  }

  /** Calls that take longer than this many milliseconds are slow. */
  get slowLimitMs(): number {
    return this.#slowLimit.limitMs;
  }

  /** Why the circuit is not closed; undefined while it is closed. */
  get cause(): CauseCode | undefined {
    this.#catchUp();
    return causeOf(this.#state);
  }

  /** Maximum number of milliseconds until a call can be admitted; undefined while closed or isolated. */
  retryAfterMs(now: number): number | undefined {
    this.#look(now);
    const state = this.#state;
    if (state.kind === 'open') return state.until - now;
    if (state.kind !== 'half-open') return undefined;
    if (state.out + state.succeeded < this.#settings.trials) return 0;
    return Math.min(state.hungAt - now, this.#settings.openMs);
  }

  /**
   * Returns the generation with which to settle the call, or -1 if the call is rejected. In the half-open state, an
   * admitted call takes a free trial slot. A call that is admitted as one in four gets the previous generation, and one
   * that mode `enforce` would have rejected gets the generation before that, so that their results are not counted.
   */
  admit(now: number): number {
    if (this.#closed) return this.#generation;
    this.#look(now);
    this.wantedAt = now;
    const before = this.#state;
    if (before.kind === 'isolated') return refused;
    this.#apply({ kind: 'trial-started', now });
    if (this.#state !== before || this.#admitted === 'all') return this.#generation;
    const isAdmitted = before.kind === 'open' && this.#admitted === 'share' && this.#isNextInShare();
    if (this.#settings.mode === 'enforce' && !isAdmitted) return refused;
    return this.#generation - (isAdmitted ? 1 : 2);
  }

  /**
   * Returns whether an operation with a fallback may start. While the circuit is open but admits every call, only one
   * such operation in four may start.
   */
  startsWithFallback(): boolean {
    return this.#admitted !== 'all' || this.#settings.mode !== 'enforce' || this.#isNextInShare();
  }

  succeeded(generation: number, durationMs: number, now: number): void {
    if (this.#off) return;
    const slow = this.#slowLimit.exceeded(durationMs, now);
    if (generation !== this.#generation) return;
    if (!this.#closed) {
      this.#look(now);
      if (generation !== this.#generation) return;
    }
    if (this.#state.kind === 'half-open') {
      if (slow) this.#trip('slow', now, this.#admittedIfSlow);
      else this.#apply({ kind: 'trial-succeeded', now });
    } else if (!slow) this.#tally.ok(now);
    else if (this.#tally.slow(now) && this.#closed) this.#trip('slow', now, this.#admittedIfSlow);
  }

  /**
   * Records a failed call. If this opens the circuit, `cause` says why. Default: the present cause, or `error-rate`.
   */
  failed(generation: number, cause: CauseCode | undefined, now: number): void {
    if (generation !== this.#generation || this.#off) return;
    if (!this.#closed) {
      this.#look(now);
      if (generation !== this.#generation) return;
    }
    if (this.#state.kind === 'half-open') this.trip(cause ?? this.#state.cause, now);
    else if (this.#tally.fail(now)) this.trip(cause ?? 'error-rate', now);
  }

  /** Settles a call that says nothing about the server. Counts nothing, but frees the call's trial slot, if any. */
  ignored(generation: number): void {
    if (generation !== this.#generation) return;
    this.#catchUp();
    this.#apply({ kind: 'trial-ignored' });
  }

  /** Opens the circuit immediately. If it is already open, replaces the cause; if it is isolated, does nothing. */
  trip(cause: CauseCode, now: number): void {
    this.#trip(cause, now, cause === 'slow' ? 'share' : 'trials');
  }

  /** Closes the circuit immediately, because its calls are known to work. If it is isolated, does nothing. */
  close(now: number): void {
    this.#look(now);
    this.#apply({ kind: 'close', now });
  }

  /** Makes an open circuit half-open before its open time is over, so that trials can begin. */
  enterHalfOpen(now: number): void {
    this.#look(now);
    this.#apply({ kind: 'half-open' });
  }

  /**
   * Call after the process was frozen, because call durations then say nothing about Redis. Discards all counts and the
   * results of calls in progress, and frees the slots of trials. Does not change the state.
   */
  discardCounts(now: number): void {
    // The trials are voided first, because a trial that seems hung was only frozen together with the process.
    this.#apply({ kind: 'trials-voided' });
    this.#look(now);
    this.#renew();
  }

  /** Rejects every call until all functions that `isolate` has returned have been called. The circuit then closes. */
  isolate(): () => void {
    let isHeld = true;
    this.#catchUp();
    this.#apply({ kind: 'isolate' });
    return () => {
      if (isHeld) this.#apply({ kind: 'release', now: this.#deps.clock.now() });
      isHeld = false;
    };
  }

  #trip(cause: CauseCode, now: number, admits: AdmittedCalls): void {
    this.#look(now);
    if (!this.#off) this.#apply({ kind: 'trip', cause, admits, now, jitter: this.#deps.random() });
  }

  get #admittedIfSlow(): AdmittedCalls {
    return this.#settings.slowMs === undefined ? 'all' : 'share';
  }

  get #admitted(): AdmittedCalls | undefined {
    const state = this.#state;
    return state.kind === 'open' || state.kind === 'half-open' ? state.admits : undefined;
  }

  #isNextInShare(): boolean {
    this.#shareCount = (this.#shareCount + 1) % shareRatio;
    return this.#shareCount === 0;
  }

  #catchUp(): void {
    if (this.#dueAt !== Infinity) this.#look(this.#deps.clock.now());
  }

  #look(now: number): void {
    // Two changes may be due: a hung trial opens the circuit, and that open time may be over as well.
    while (now >= this.#dueAt) this.#apply({ kind: 'due', jitter: this.#deps.random() });
  }

  #apply(signal: CircuitSignal): void {
    const before = this.#state;
    const state = circuitTransition(before, signal, this.#settings);
    this.#state = state;
    this.#dueAt = dueAt(state);
    if (state.kind === before.kind) return;
    this.#closed = state.kind === 'closed';
    this.#renew();
    this.#deps.onChange({ from: before.kind, to: state.kind, cause: causeOf(state) });
  }

  #renew(): void {
    this.#generation++;
    this.#tally.clear();
  }
}

function causeOf(state: LiveCircuitState): CauseCode | undefined {
  if (state.kind === 'closed') return undefined;
  return state.kind === 'isolated' ? 'isolated' : state.cause;
}
