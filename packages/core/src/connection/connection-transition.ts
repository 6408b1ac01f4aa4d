import type { CauseCode } from '../cause.ts';
import type {
  ConnectionEffect,
  ConnectionSignal,
  LiveConnectionState,
  ConnectionTransition,
} from './connection-state.ts';

/**
 * A connection's state machine, as a pure function from a state and a signal to the next state and its effects. A
 * signal that does not apply to the current state changes nothing.
 */
export function connectionTransition(
  state: LiveConnectionState,
  signal: ConnectionSignal,
  now: number,
): ConnectionTransition {
  switch (signal.kind) {
    case 'dial':
      return onDial(state, now);
    case 'attempt-failed':
      return onAttemptFailed(state, signal.cause);
    case 'ready':
      return state.kind === 'ended' || state.kind === 'idle'
        ? stay(state)
        : go({ kind: 'ready', since: now, isSuspect: false }, 'stop-inquiry', 'serve', 'publish');
    case 'lost':
      return onLost(state, signal.cause, now);
    case 'silent':
      return state.kind === 'ready' && !state.isSuspect
        ? go({ ...state, isSuspect: true }, 'inquire')
        : stay(state);
    case 'away':
      return onAway(state, signal.cause, signal.isSilent === true, now);
    case 'answered':
      return onAnswered(state, now);
    case 'dead':
      return isConnected(state)
        ? go(reconnecting(state, 'stalled', now), 'hold', 'replace-socket', 'publish')
        : stay(state);
    // The replacement of a working socket is not published, because callers notice nothing but a short wait.
    case 'replaced':
      return isConnected(state)
        ? go(reconnecting(state, 'connection-reset', now), 'hold', 'replace-socket')
        : stay(state);
    case 'ended':
      return state.kind === 'ended' ? stay(state) : go({ kind: 'ended' }, 'stop-inquiry', 'end', 'publish');
    default:
      return signal satisfies never;
  }
}

/**
 * Returns the time at which the outage began; undefined while the first connection is being made and no attempt has
 * failed yet, because that is not an outage.
 */
export function awaySince(state: LiveConnectionState): number | undefined {
  if (state.kind === 'connecting' && state.cause === undefined) return undefined;
  return 'since' in state ? state.since : undefined;
}

function onDial(state: LiveConnectionState, now: number): ConnectionTransition {
  if (state.kind !== 'idle' && state.kind !== 'ended') return stay(state);
  return go({ kind: 'connecting', since: now, cause: undefined }, 'hold', 'publish');
}

function onAttemptFailed(state: LiveConnectionState, cause: CauseCode): ConnectionTransition {
  if (state.kind !== 'connecting' && state.kind !== 'reconnecting') return stay(state);
  if (state.cause === cause) return stay(state);
  return go({ ...state, cause }, 'hold', 'publish');
}

function onLost(state: LiveConnectionState, cause: CauseCode, now: number): ConnectionTransition {
  switch (state.kind) {
    case 'ready':
    case 'stalled':
      return go(reconnecting(state, cause, now), 'stop-inquiry', 'hold', 'publish');
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

function onAway(
  state: LiveConnectionState,
  cause: CauseCode,
  isSilent: boolean,
  now: number,
): ConnectionTransition {
  if (state.kind === 'ready') return go({ kind: 'stalled', since: now, cause, isSilent }, 'hold', 'publish');
  if (state.kind !== 'stalled') return stay(state);
  // New commands already wait, but `hold` is repeated, because calls in flight may have to be abandoned now that the
  // server is known to be silent.
  if (isSilent && !state.isSilent) return go({ ...state, cause, isSilent }, 'hold', 'publish');
  return state.cause === cause ? stay(state) : go({ ...state, cause, isSilent }, 'publish');
}

function onAnswered(state: LiveConnectionState, now: number): ConnectionTransition {
  if (state.kind === 'stalled') {
    return go({ kind: 'ready', since: now, isSuspect: false }, 'stop-inquiry', 'serve', 'publish');
  }
  if (state.kind === 'ready' && state.isSuspect) return go({ ...state, isSuspect: false }, 'stop-inquiry');
  return stay(state);
}

function reconnecting(state: LiveConnectionState, cause: CauseCode, now: number): LiveConnectionState {
  // A stall and the loss of the connection that follows count as one outage.
  const since = state.kind === 'stalled' ? state.since : now;
  return { kind: 'reconnecting', since, cause };
}

function isConnected(state: LiveConnectionState): boolean {
  return state.kind === 'ready' || state.kind === 'stalled';
}

function stay(state: LiveConnectionState): ConnectionTransition {
  return { state, effects: [] };
}

function go(state: LiveConnectionState, ...effects: ConnectionEffect[]): ConnectionTransition {
  return { state, effects };
}
