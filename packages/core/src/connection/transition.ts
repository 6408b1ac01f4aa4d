import type { CauseCode } from '../cause.ts';
import type { LinkEffect, LinkSignal, LinkState, LinkTransition } from './link-state.ts';

/**
 * The whole life of a connection as a pure function: what a signal makes of a state, and what is to be done about it.
 * A signal that means nothing in a state leaves it as it is.
 */
export function transition(state: LinkState, signal: LinkSignal, now: number): LinkTransition {
  switch (signal.kind) {
    case 'dial':
      return onDial(state, now);
    case 'attempt-failed':
      return onAttemptFailed(state, signal.cause);
    case 'ready':
      return state.kind === 'ended' || state.kind === 'idle'
        ? stay(state)
        : go({ kind: 'ready', since: now, isSuspect: false }, 'stop-probe', 'open-gate', 'publish');
    case 'lost':
      return onLost(state, signal.cause, now);
    case 'silent':
      return state.kind === 'ready' && !state.isSuspect
        ? go({ ...state, isSuspect: true }, 'probe')
        : stay(state);
    case 'away':
      return onAway(state, signal.cause, now);
    case 'answered':
      return onAnswered(state, now);
    case 'dead':
      return isConnected(state)
        ? go(reconnecting(state, 'stalled', now), 'hold-gate', 'replace-socket', 'publish')
        : stay(state);
    case 'ended':
      return state.kind === 'ended'
        ? stay(state)
        : go({ kind: 'ended' }, 'stop-probe', 'end-gate', 'publish');
    default:
      return signal satisfies never;
  }
}

function onDial(state: LinkState, now: number): LinkTransition {
  if (state.kind !== 'idle' && state.kind !== 'ended') return stay(state);
  return go({ kind: 'connecting', since: now, cause: undefined }, 'hold-gate', 'publish');
}

function onAttemptFailed(state: LinkState, cause: CauseCode): LinkTransition {
  if (state.kind !== 'connecting' && state.kind !== 'reconnecting') return stay(state);
  if (state.cause === cause) return go(state, 'publish');
  return go({ ...state, cause }, 'hold-gate', 'publish');
}

function onLost(state: LinkState, cause: CauseCode, now: number): LinkTransition {
  switch (state.kind) {
    case 'ready':
    case 'stalled':
      return go(reconnecting(state, cause, now), 'stop-probe', 'hold-gate', 'publish');
    case 'connecting':
      return onAttemptFailed(state, cause);
    case 'reconnecting':
    case 'idle':
    case 'ended':
      return stay(state);
    default:
      return state satisfies never;
  }
}

function onAway(state: LinkState, cause: CauseCode, now: number): LinkTransition {
  if (state.kind === 'ready') return go({ kind: 'stalled', since: now, cause }, 'hold-gate', 'publish');
  if (state.kind === 'stalled' && state.cause !== cause) return go({ ...state, cause }, 'publish');
  return stay(state);
}

function onAnswered(state: LinkState, now: number): LinkTransition {
  if (state.kind === 'stalled') {
    return go({ kind: 'ready', since: now, isSuspect: false }, 'stop-probe', 'open-gate', 'publish');
  }
  if (state.kind === 'ready' && state.isSuspect) return go({ ...state, isSuspect: false }, 'stop-probe');
  return stay(state);
}

function reconnecting(state: LinkState, cause: CauseCode, now: number): LinkState {
  // An outage that began with a stall is one outage.
  const since = state.kind === 'stalled' ? state.since : now;
  return { kind: 'reconnecting', since, cause };
}

function isConnected(state: LinkState): boolean {
  return state.kind === 'ready' || state.kind === 'stalled';
}

function stay(state: LinkState): LinkTransition {
  return { state, effects: [] };
}

function go(state: LinkState, ...effects: LinkEffect[]): LinkTransition {
  return { state, effects };
}
