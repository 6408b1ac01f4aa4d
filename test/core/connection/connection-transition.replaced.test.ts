import { expect, it } from 'vitest';
import type { LiveConnectionState } from '../../../packages/core/src/connection/connection-state.ts';
import { connectionTransition } from '../../../packages/core/src/connection/connection-transition.ts';

it.each<readonly [LiveConnectionState, number]>([
  [{ kind: 'ready', since: 1_000, isSuspect: false }, 5_000],
  [{ kind: 'ready', since: 1_000, isSuspect: true }, 5_000],
  [{ kind: 'stalled', since: 1_000, cause: 'stalled', isSilent: true }, 1_000],
])('a connection that is replaced changes its socket, and nothing is published: %j', (state, since) => {
  expect(connectionTransition(state, { kind: 'replaced' }, 5_000)).toEqual({
    state: { kind: 'reconnecting', since, cause: 'connection-reset' },
    effects: ['hold', 'replace-socket'],
  });
});

it.each<LiveConnectionState>([
  { kind: 'idle' },
  { kind: 'connecting', since: 1_000, cause: undefined },
  { kind: 'reconnecting', since: 1_000, cause: 'connection-reset' },
  { kind: 'ended' },
])('a connection without a socket stays what it is when it is to be replaced: %j', (state) => {
  expect(connectionTransition(state, { kind: 'replaced' }, 5_000)).toEqual({ state, effects: [] });
});
