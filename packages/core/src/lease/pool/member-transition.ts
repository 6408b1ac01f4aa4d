import type { MemberEffect, MemberSignal, MemberState, MemberTransition } from './member-state.ts';

/**
 * The life of a pooled connection, as a pure function from a state and a signal to the next state and its effect. A
 * signal that does not apply to the current state changes nothing. A lease keeps its connection even if the socket is
 * lost.
 */
export function memberTransition(state: MemberState, signal: MemberSignal, now: number): MemberTransition {
  switch (signal.kind) {
    case 'serving':
      return state.kind === 'connecting' ? go({ kind: 'idle', since: now }, offer) : stay(state);
    case 'away':
      return onAway(state, signal.isGone, now);
    case 'doubted':
      return state.kind === 'idle' ? go({ kind: 'asked', since: now }, { kind: 'ask' }) : stay(state);
    case 'handed-out':
      return state.kind === 'idle' ? go({ kind: 'leased', since: now }, none) : stay(state);
    case 'returned':
      return onReturned(state, signal, now);
    case 'answered':
      return isUnderWay(state) ? go({ kind: 'idle', since: now }, offer) : stay(state);
    case 'failed':
      if (!isUnderWay(state)) return stay(state);
      return signal.isOnlySilent ? go({ kind: 'connecting', since: now }, none) : go(dropped, drop);
    case 'retired':
      return state.kind === 'dropped' ? stay(state) : go(dropped, drop);
    default:
      return signal satisfies never;
  }
}

const none: MemberEffect = { kind: 'none' };
const offer: MemberEffect = { kind: 'offer' };
const drop: MemberEffect = { kind: 'drop' };
const dropped: MemberState = { kind: 'dropped' };

function onAway(state: MemberState, isGone: boolean, now: number): MemberTransition {
  if (state.kind === 'idle') {
    return isGone ? go(dropped, drop) : go({ kind: 'connecting', since: now }, none);
  }
  // When the socket is lost, the state that the lease left behind is lost too. Nevertheless, the connection is dropped
  // and not redialed, because a new socket proves nothing about those calls of the lease that got no reply.
  return state.kind === 'cleaning' && isGone ? go(dropped, drop) : stay(state);
}

function onReturned(
  state: MemberState,
  { cleanup, isServing }: MemberSignal & { kind: 'returned' },
  now: number,
): MemberTransition {
  if (state.kind !== 'leased') return stay(state);
  if (cleanup.kind === 'drop') return go(dropped, drop);
  if (cleanup.kind === 'undo') return go({ kind: 'cleaning', since: now }, cleanup);
  // The lease has left no state behind on the connection, so the connection is as good as a new one once it has been
  // redialed.
  return isServing ? go({ kind: 'idle', since: now }, offer) : go({ kind: 'connecting', since: now }, none);
}

function isUnderWay({ kind }: MemberState): boolean {
  return kind === 'asked' || kind === 'cleaning';
}

function stay(state: MemberState): MemberTransition {
  return { state, effect: none };
}

function go(state: MemberState, effect: MemberEffect): MemberTransition {
  return { state, effect };
}
