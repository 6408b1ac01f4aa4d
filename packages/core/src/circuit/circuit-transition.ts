import type { CauseCode } from '../cause.ts';
import type { CircuitSettings } from '../options/circuit-settings.ts';
import type { AdmittedCalls, CircuitSignal, LiveCircuitState } from './circuit-state.ts';

/**
 * When trials have been in progress continuously for this long, one of them is considered hung, and the circuit opens
 * again.
 */
export const maxTrialMs = 5_000;

/**
 * The state machine of a circuit, as a pure function that returns the next state. A signal without meaning in the
 * current state returns the same state object. Whenever `kind` changes, the caller must discard all counts, and ignore
 * the results of calls that were admitted before the change.
 */
export function circuitTransition(
  state: LiveCircuitState,
  signal: CircuitSignal,
  settings: CircuitSettings,
): LiveCircuitState {
  if (signal.kind === 'isolate') {
    return { kind: 'isolated', holders: state.kind === 'isolated' ? state.holders + 1 : 1 };
  }
  switch (state.kind) {
    case 'closed':
      return whileClosed(state, signal, settings);
    case 'open':
      return whileOpen(state, signal);
    case 'half-open':
      return whileHalfOpen(state, signal, settings);
    case 'isolated':
      if (signal.kind !== 'release') return state;
      if (state.holders > 1) return { kind: 'isolated', holders: state.holders - 1 };
      return { kind: 'closed', since: signal.now, doublings: 0 };
    default:
      return state satisfies never;
  }
}

/**
 * Returns the time at which the state changes even without a call: at that time, the caller must pass the signal `due`.
 */
export function dueAt(state: LiveCircuitState): number {
  if (state.kind === 'open') return state.until;
  return state.kind === 'half-open' && state.out > 0 ? state.hungAt : Infinity;
}

type StateOf<S extends LiveCircuitState['kind']> = Extract<LiveCircuitState, { kind: S }>;

function whileClosed(
  state: StateOf<'closed'>,
  signal: CircuitSignal,
  settings: CircuitSettings,
): LiveCircuitState {
  if (signal.kind !== 'trip') return state;
  const stable = signal.now - state.since >= settings.windowMs;
  return open(signal, signal.now, stable ? 0 : state.doublings, signal.jitter, settings);
}

function whileOpen(state: StateOf<'open'>, signal: CircuitSignal): LiveCircuitState {
  switch (signal.kind) {
    case 'due':
    case 'half-open':
      return {
        kind: 'half-open',
        cause: state.cause,
        admits: state.admits,
        doublings: state.doublings,
        out: 0,
        succeeded: 0,
        hungAt: Infinity,
      };
    case 'trip':
      return { ...state, cause: signal.cause, admits: signal.admits };
    case 'close':
      return { kind: 'closed', since: signal.now, doublings: state.doublings + 1 };
    default:
      return state;
  }
}

function whileHalfOpen(
  state: StateOf<'half-open'>,
  signal: CircuitSignal,
  settings: CircuitSettings,
): LiveCircuitState {
  switch (signal.kind) {
    case 'trial-started':
      if (state.out + state.succeeded >= settings.trials) return state;
      return {
        ...state,
        out: state.out + 1,
        hungAt: state.out === 0 ? signal.now + maxTrialMs : state.hungAt,
      };
    case 'trial-succeeded':
      if (state.out === 0) return state;
      if (state.succeeded + 1 < settings.trials) {
        return { ...state, out: state.out - 1, succeeded: state.succeeded + 1 };
      }
      return { kind: 'closed', since: signal.now, doublings: state.doublings + 1 };
    case 'trial-ignored':
      return state.out === 0 ? state : { ...state, out: state.out - 1 };
    case 'trials-voided':
      return { ...state, out: 0 };
    case 'close':
      return { kind: 'closed', since: signal.now, doublings: state.doublings + 1 };
    case 'due':
      // The open time starts when the trials were first considered hung, even if this is noticed later.
      return open(state, state.hungAt, state.doublings + 1, signal.jitter, settings);
    case 'trip':
      return open(signal, signal.now, state.doublings + 1, signal.jitter, settings);
    default:
      return state;
  }
}

function open(
  { cause, admits }: { readonly cause: CauseCode; readonly admits: AdmittedCalls },
  now: number,
  doublings: number,
  jitter: number,
  settings: CircuitSettings,
): LiveCircuitState {
  const full = Math.min(settings.maxOpenMs, settings.openMs * 2 ** doublings);
  return { kind: 'open', cause, admits, until: now + (full / 2) * (1 + jitter), doublings };
}
