import type { CauseCode } from '../cause.ts';
import type { Clock, Random } from '../clock.ts';
import type { CircuitState } from '../snapshot.ts';
import type { CircuitSettings } from '../options/circuit-settings.ts';
import { CallTally } from './call-tally.ts';
import type { AdmittedCalls, CircuitSignal, LiveCircuitState } from './circuit-state.ts';
import { circuitTransition, dueAt } from './circuit-transition.ts';

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
  /** Deadline of a call in milliseconds; calls that come close to the deadline count as slow. */
  readonly deadlineMs: number;
  /** Called when a change of state is complete; the callback may call the circuit's methods. */
  readonly onChange: (change: CircuitChange, circuit: Circuit) => void;
}

const refused = -1;
/** While a server is slow, one in this many calls is admitted: this relieves the server without cutting it off. */
const shareRatio = 4;

/**
 * Circuit breaker for reads or for writes. Opens on a high share of failed or slow calls in the window, on consecutive
 * failures, or on `trip`. After its open time, admits a few trial calls, and closes when all of them succeed.
 *
 * - Each change of state starts a new generation, which is a number. Every admitted call must be settled once, by
 *   `succeeded`, `failed` or `ignored`, with the generation in which it was admitted: older generations are not
 *   counted.
 * - No timer is used: a change that is due is made when a method is next called, with the time at which it was due.
 * - The share of failed and slow calls is checked only when a call fails or is slow.
 * - The open time doubles each time the circuit opens again, until the circuit has stayed closed for a whole window.
 * - A circuit that is open because calls are slow still admits every call, because most calls end in time. If calls
 *   miss their deadline, or take longer than a configured `slowMs`, the circuit admits one call in four.
 * - In mode `observe`, the circuit rejects nothing; in mode `off`, it stays closed. `isolate` works in every mode.
 */
export class Circuit {
  readonly #settings: CircuitSettings;
  readonly #deps: CircuitDependencies;
  /** Undefined until the first call: of many clients, which only read or only write, one circuit never counts one. */
  #tally: CallTally | undefined;
  readonly #off: boolean;
  #state: LiveCircuitState;
  #closed = true;
  #dueAt = Infinity;
  #generation = 1;
  #shareCount = 0;
  /** When a caller last wanted to make a call while the circuit was not closed. Monotonic milliseconds. */
  wantedAt = -Infinity;

  constructor(settings: CircuitSettings, deps: CircuitDependencies) {
    this.#settings = settings;
    this.#deps = deps;
    this.#off = settings.mode === 'off';
    this.#state = { kind: 'closed', since: deps.clock.now(), doublings: 0 };
  }

  /** Whether the circuit is closed, so that `admit` would only return `generation` and need not be called. */
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
    return this.#counts.slowLimitMs;
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
   * Returns the generation (number of state changes) with which to settle the call, or -1 if the call is rejected. In
   * the half-open state, an admitted call takes a free trial slot. Calls whose results must not be counted get an older
   * generation: the one call in four that an open circuit admits, and calls that mode `enforce` would have rejected.
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

  /** Returns whether an operation with a fallback may start; only one in four if the open circuit admits every call. */
  startsWithFallback(): boolean {
    return this.#admitted !== 'all' || this.#settings.mode !== 'enforce' || this.#isNextInShare();
  }

  succeeded(generation: number, durationMs: number, now: number): void {
    if (this.#off) return;
    const slow = this.#counts.isSlow(durationMs, now);
    if (generation !== this.#generation) return;
    if (!this.#closed) {
      this.#look(now);
      if (generation !== this.#generation) return;
    }
    if (this.#state.kind === 'half-open') {
      if (slow) this.#trip('slow', now, this.#admittedIfSlow);
      else this.#apply({ kind: 'trial-succeeded', now });
    } else if (!slow) this.#counts.ok(now);
    else if (this.#counts.slow(now) && this.#closed) this.#trip('slow', now, this.#admittedIfSlow);
  }

  /**
   * Records a failed call. If the failure opens the circuit, `cause` becomes the circuit's cause. If `cause` is
   * undefined, the circuit's cause becomes `error-rate` or, in the half-open state, stays the same.
   */
  failed(generation: number, cause: CauseCode | undefined, now: number): void {
    if (generation !== this.#generation || this.#off) return;
    if (!this.#closed) {
      this.#look(now);
      if (generation !== this.#generation) return;
    }
    if (this.#state.kind === 'half-open') this.trip(cause ?? this.#state.cause, now);
    else if (this.#counts.fail(now)) this.trip(cause ?? 'error-rate', now);
  }

  /** Settles a call that says nothing about the server: frees the call's trial slot, if any, and counts nothing. */
  ignored(generation: number): void {
    if (generation !== this.#generation) return;
    this.#catchUp();
    this.#apply({ kind: 'trial-ignored' });
  }

  /** Opens the circuit immediately. An open circuit only changes its cause, and an isolated circuit stays isolated. */
  trip(cause: CauseCode, now: number): void {
    this.#trip(cause, now, cause === 'slow' ? 'share' : 'trials');
  }

  /** Closes the circuit immediately, because its calls are known to work. An isolated circuit stays isolated. */
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
   * Call after the process was frozen, because the durations of calls then say nothing about Redis. Discards all counts
   * and the results of calls in progress, and frees the slots of trials, without changing the state.
   */
  discardCounts(now: number): void {
    // Trials are discarded first, because a trial that seems hung was only frozen together with the process.
    this.#apply({ kind: 'trials-voided' });
    this.#look(now);
    this.#renew();
  }

  /** Rejects every call until each function that `isolate` has returned has been called; then the circuit closes. */
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

  get #counts(): CallTally {
    return (this.#tally ??= new CallTally(this.#settings, this.#deps.deadlineMs));
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
    // Two changes may be due: a hung trial opens the circuit, whose new open time may be over as well.
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
    this.#deps.onChange({ from: before.kind, to: state.kind, cause: causeOf(state) }, this);
  }

  #renew(): void {
    this.#generation++;
    this.#tally?.clear();
  }
}

function causeOf(state: LiveCircuitState): CauseCode | undefined {
  if (state.kind === 'closed') return undefined;
  return state.kind === 'isolated' ? 'isolated' : state.cause;
}
