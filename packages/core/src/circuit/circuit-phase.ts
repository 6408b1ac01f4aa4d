import type { CauseCode } from '../cause.ts';
import type { CircuitSettings } from './circuit-settings.ts';

/** The state of a circuit with the data that belongs to it. Times are monotonic milliseconds. */
export type CircuitPhase =
  | {
      readonly state: 'closed';
      readonly since: number;
      /** How often the open time is doubled should it open again before it proved stable. */
      readonly doublings: number;
    }
  | {
      readonly state: 'open';
      readonly cause: CauseCode;
      readonly until: number;
      readonly doublings: number;
    }
  | {
      readonly state: 'half-open';
      readonly cause: CauseCode;
      readonly doublings: number;
      /** Trials under way, and trials that succeeded. */
      readonly out: number;
      readonly succeeded: number;
      /** When the trials under way are given up. */
      readonly hungAt: number;
    }
  | { readonly state: 'isolated'; readonly holders: number };

/** What can happen to a circuit. `jitter` is a random number in [0, 1). */
export type CircuitSignal =
  | { readonly type: 'due'; readonly jitter: number }
  | { readonly type: 'trip'; readonly cause: CauseCode; readonly now: number; readonly jitter: number }
  | { readonly type: 'half-open' }
  | { readonly type: 'close'; readonly now: number }
  | { readonly type: 'trial-started'; readonly now: number }
  | { readonly type: 'trial-succeeded'; readonly now: number }
  | { readonly type: 'trial-ignored' }
  | { readonly type: 'trials-voided' }
  | { readonly type: 'isolate' }
  | { readonly type: 'release'; readonly now: number };

/** Trials may be under way this long without a pause; then one of them hangs, and the circuit opens again. */
export const maxTrialMs = 5_000;

/**
 * The whole state machine: pure, and the same phase when a signal means nothing to it. Whoever applies it gives a
 * change of `state` a new generation and an empty window.
 */
export function transition(
  phase: CircuitPhase,
  signal: CircuitSignal,
  settings: CircuitSettings,
): CircuitPhase {
  if (signal.type === 'isolate') {
    return { state: 'isolated', holders: phase.state === 'isolated' ? phase.holders + 1 : 1 };
  }
  switch (phase.state) {
    case 'closed':
      return whileClosed(phase, signal, settings);
    case 'open':
      return whileOpen(phase, signal);
    case 'half-open':
      return whileHalfOpen(phase, signal, settings);
    case 'isolated':
      if (signal.type !== 'release') return phase;
      if (phase.holders > 1) return { state: 'isolated', holders: phase.holders - 1 };
      return { state: 'closed', since: signal.now, doublings: 0 };
    default:
      return phase satisfies never;
  }
}

/** When time alone changes this phase: the moment to send `due`. */
export function dueAt(phase: CircuitPhase): number {
  if (phase.state === 'open') return phase.until;
  return phase.state === 'half-open' && phase.out > 0 ? phase.hungAt : Infinity;
}

type Phase<S extends CircuitPhase['state']> = Extract<CircuitPhase, { state: S }>;

function whileClosed(phase: Phase<'closed'>, signal: CircuitSignal, settings: CircuitSettings): CircuitPhase {
  if (signal.type !== 'trip') return phase;
  const stable = signal.now - phase.since >= settings.windowMs;
  return open(signal.cause, signal.now, stable ? 0 : phase.doublings, signal.jitter, settings);
}

function whileOpen(phase: Phase<'open'>, signal: CircuitSignal): CircuitPhase {
  switch (signal.type) {
    case 'due':
    case 'half-open':
      return {
        state: 'half-open',
        cause: phase.cause,
        doublings: phase.doublings,
        out: 0,
        succeeded: 0,
        hungAt: Infinity,
      };
    case 'trip':
      return { ...phase, cause: signal.cause };
    case 'close':
      return { state: 'closed', since: signal.now, doublings: phase.doublings + 1 };
    default:
      return phase;
  }
}

function whileHalfOpen(
  phase: Phase<'half-open'>,
  signal: CircuitSignal,
  settings: CircuitSettings,
): CircuitPhase {
  switch (signal.type) {
    case 'trial-started':
      if (phase.out + phase.succeeded >= settings.trials) return phase;
      return {
        ...phase,
        out: phase.out + 1,
        hungAt: phase.out === 0 ? signal.now + maxTrialMs : phase.hungAt,
      };
    case 'trial-succeeded':
      if (phase.out === 0) return phase;
      if (phase.succeeded + 1 < settings.trials) {
        return { ...phase, out: phase.out - 1, succeeded: phase.succeeded + 1 };
      }
      return { state: 'closed', since: signal.now, doublings: phase.doublings + 1 };
    case 'trial-ignored':
      return phase.out === 0 ? phase : { ...phase, out: phase.out - 1 };
    case 'trials-voided':
      return { ...phase, out: 0 };
    case 'close':
      return { state: 'closed', since: signal.now, doublings: phase.doublings + 1 };
    case 'due':
      // From the moment it was due, not from the moment somebody looked.
      return open(phase.cause, phase.hungAt, phase.doublings + 1, signal.jitter, settings);
    case 'trip':
      return open(signal.cause, signal.now, phase.doublings + 1, signal.jitter, settings);
    default:
      return phase;
  }
}

function open(
  cause: CauseCode,
  now: number,
  doublings: number,
  jitter: number,
  settings: CircuitSettings,
): CircuitPhase {
  const full = Math.min(settings.maxOpenMs, settings.openMs * 2 ** doublings);
  return { state: 'open', cause, until: now + (full / 2) * (1 + jitter), doublings };
}
