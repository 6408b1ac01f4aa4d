import { describe, expect, it } from 'vitest';
import type { MemberSignal, MemberState } from '../../../../packages/core/src/lease/pool/member-state.ts';
import { memberTransition } from '../../../../packages/core/src/lease/pool/member-transition.ts';

const [connecting, idle, asked, leased, cleaning] = (
  ['connecting', 'idle', 'asked', 'leased', 'cleaning'] as const
).map((kind) => ({ kind, since: 1 }));
const returned = (cleanup: 'none' | 'drop', isServing = true): MemberSignal => ({
  kind: 'returned',
  cleanup: { kind: cleanup },
  isServing,
});
const undoing: MemberSignal = {
  kind: 'returned',
  cleanup: { kind: 'undo', commands: [['unwatch']] },
  isServing: true,
};

describe('a connection of a pool', () => {
  it.each<[string, MemberState | undefined, MemberSignal, MemberState['kind'], string]>([
    ['is offered once it serves', connecting, { kind: 'serving' }, 'idle', 'offer'],
    ['is asked when it is doubted', idle, { kind: 'doubted' }, 'asked', 'ask'],
    ['is offered when it has answered', asked, { kind: 'answered' }, 'idle', 'offer'],
    ['is dropped when it does not answer', asked, { kind: 'failed', isOnlySilent: false }, 'dropped', 'drop'],
    ['is handed out', idle, { kind: 'handed-out' }, 'leased', 'none'],
    ['is offered when it comes back clean', leased, returned('none'), 'idle', 'offer'],
    ['is cleaned when something was left on it', leased, undoing, 'cleaning', 'undo'],
    ['is offered when it is clean', cleaning, { kind: 'answered' }, 'idle', 'offer'],
    [
      'is dropped when it cannot be cleaned',
      cleaning,
      { kind: 'failed', isOnlySilent: false },
      'dropped',
      'drop',
    ],
    ['is dropped when too much was left on it', leased, returned('drop'), 'dropped', 'drop'],
    [
      'is awaited when it comes back broken, with nothing left on it',
      leased,
      returned('none', false),
      'connecting',
      'none',
    ],
    [
      'is awaited when its server is silent',
      asked,
      { kind: 'failed', isOnlySilent: true },
      'connecting',
      'none',
    ],
    ['is dropped when it breaks unused', idle, { kind: 'away', isGone: true }, 'dropped', 'drop'],
    ['waits when its server falls silent', idle, { kind: 'away', isGone: false }, 'connecting', 'none'],
    ['stays with its lease when it breaks', leased, { kind: 'away', isGone: true }, 'leased', 'none'],
    ['stays with its lease when it serves again', leased, { kind: 'serving' }, 'leased', 'none'],
    [
      'is dropped when it breaks while it is cleaned',
      cleaning,
      { kind: 'away', isGone: true },
      'dropped',
      'drop',
    ],
    ['is never offered twice', idle, { kind: 'serving' }, 'idle', 'none'],
    ['is never handed out twice', leased, { kind: 'handed-out' }, 'leased', 'none'],
    ['is never offered while it is leased', leased, { kind: 'answered' }, 'leased', 'none'],
    ['never comes back once it was dropped', { kind: 'dropped' }, { kind: 'serving' }, 'dropped', 'none'],
    ['is dropped once', { kind: 'dropped' }, { kind: 'retired' }, 'dropped', 'none'],
  ])('%s', (_what, state, signal, next, effect) => {
    const transition = memberTransition(state as MemberState, signal, 2);

    expect([transition.state.kind, transition.effect.kind]).toEqual([next, effect]);
  });
});
