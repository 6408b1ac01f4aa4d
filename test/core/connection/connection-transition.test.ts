import { describe, expect, it } from 'vitest';
import type {
  ConnectionEffect,
  ConnectionSignal,
  LiveConnectionState,
} from '../../../packages/core/src/connection/connection-state.ts';
import {
  awaySince,
  connectionTransition,
} from '../../../packages/core/src/connection/connection-transition.ts';

const now = 5_000;

const states = {
  idle: { kind: 'idle' },
  connecting: { kind: 'connecting', since: 1_000, cause: undefined },
  'connecting, refused': { kind: 'connecting', since: 1_000, cause: 'connection-refused' },
  ready: { kind: 'ready', since: 1_000, isSuspect: false },
  suspect: { kind: 'ready', since: 1_000, isSuspect: true },
  stalled: { kind: 'stalled', since: 1_000, cause: 'stalled', isSilent: true },
  loading: { kind: 'stalled', since: 1_000, cause: 'loading', isSilent: false },
  reconnecting: { kind: 'reconnecting', since: 1_000, cause: 'connection-reset' },
  ended: { kind: 'ended' },
} as const satisfies Record<string, LiveConnectionState>;

const signals = {
  dial: { kind: 'dial' },
  refused: { kind: 'attempt-failed', cause: 'connection-refused' },
  ready: { kind: 'ready' },
  lost: { kind: 'lost', cause: 'connection-reset' },
  silent: { kind: 'silent' },
  'away, stalled': { kind: 'away', cause: 'stalled', isSilent: true },
  'away, busy': { kind: 'away', cause: 'busy' },
  answered: { kind: 'answered' },
  dead: { kind: 'dead' },
  ended: { kind: 'ended' },
} as const satisfies Record<string, ConnectionSignal>;

type StateName = keyof typeof states;
type SignalName = keyof typeof signals;
type Cell = 'stays' | readonly [LiveConnectionState, ...ConnectionEffect[]];

const toConnecting: Cell = [{ kind: 'connecting', since: now, cause: undefined }, 'hold', 'publish'];
const toReady: Cell = [{ kind: 'ready', since: now, isSuspect: false }, 'stop-inquiry', 'serve', 'publish'];
const toEnded: Cell = [{ kind: 'ended' }, 'stop-inquiry', 'end', 'publish'];
const lostFrom = (since: number): Cell => [
  { kind: 'reconnecting', since, cause: 'connection-reset' },
  'stop-inquiry',
  'hold',
  'publish',
];
const replacedFrom = (since: number): Cell => [
  { kind: 'reconnecting', since, cause: 'stalled' },
  'hold',
  'replace-socket',
  'publish',
];
const refusedAs = (kind: 'connecting' | 'reconnecting'): Cell => [
  { kind, since: 1_000, cause: 'connection-refused' },
  'hold',
  'publish',
];
const stalledBy = (cause: 'stalled' | 'busy'): Cell => [
  { kind: 'stalled', since: now, cause, isSilent: cause === 'stalled' },
  'hold',
  'publish',
];
const stillStalledBy = (cause: 'busy'): Cell => [
  { kind: 'stalled', since: 1_000, cause, isSilent: false },
  'publish',
];
const fallenSilent: Cell = [
  { kind: 'stalled', since: 1_000, cause: 'stalled', isSilent: true },
  'hold',
  'publish',
];

// The expected result for every combination of state and signal.
const table: Readonly<Record<StateName, Readonly<Record<SignalName, Cell>>>> = {
  idle: {
    dial: toConnecting,
    refused: 'stays',
    ready: 'stays',
    lost: 'stays',
    silent: 'stays',
    'away, stalled': 'stays',
    'away, busy': 'stays',
    answered: 'stays',
    dead: 'stays',
    ended: toEnded,
  },
  connecting: {
    dial: 'stays',
    refused: refusedAs('connecting'),
    ready: toReady,
    lost: [{ kind: 'connecting', since: 1_000, cause: 'connection-reset' }, 'hold', 'publish'],
    silent: 'stays',
    'away, stalled': 'stays',
    'away, busy': 'stays',
    answered: 'stays',
    dead: 'stays',
    ended: toEnded,
  },
  'connecting, refused': {
    dial: 'stays',
    refused: 'stays',
    ready: toReady,
    lost: [{ kind: 'connecting', since: 1_000, cause: 'connection-reset' }, 'hold', 'publish'],
    silent: 'stays',
    'away, stalled': 'stays',
    'away, busy': 'stays',
    answered: 'stays',
    dead: 'stays',
    ended: toEnded,
  },
  ready: {
    dial: 'stays',
    refused: 'stays',
    ready: toReady,
    lost: lostFrom(now),
    silent: [{ kind: 'ready', since: 1_000, isSuspect: true }, 'inquire'],
    'away, stalled': stalledBy('stalled'),
    'away, busy': stalledBy('busy'),
    answered: 'stays',
    dead: replacedFrom(now),
    ended: toEnded,
  },
  suspect: {
    dial: 'stays',
    refused: 'stays',
    ready: toReady,
    lost: lostFrom(now),
    silent: 'stays',
    'away, stalled': stalledBy('stalled'),
    'away, busy': stalledBy('busy'),
    answered: [{ kind: 'ready', since: 1_000, isSuspect: false }, 'stop-inquiry'],
    dead: replacedFrom(now),
    ended: toEnded,
  },
  stalled: {
    dial: 'stays',
    refused: 'stays',
    ready: toReady,
    lost: lostFrom(1_000),
    silent: 'stays',
    'away, stalled': 'stays',
    'away, busy': stillStalledBy('busy'),
    answered: toReady,
    dead: replacedFrom(1_000),
    ended: toEnded,
  },
  loading: {
    dial: 'stays',
    refused: 'stays',
    ready: toReady,
    lost: lostFrom(1_000),
    silent: 'stays',
    'away, stalled': fallenSilent,
    'away, busy': stillStalledBy('busy'),
    answered: toReady,
    dead: replacedFrom(1_000),
    ended: toEnded,
  },
  reconnecting: {
    dial: 'stays',
    refused: refusedAs('reconnecting'),
    ready: toReady,
    lost: 'stays',
    silent: 'stays',
    'away, stalled': 'stays',
    'away, busy': 'stays',
    answered: 'stays',
    dead: 'stays',
    ended: toEnded,
  },
  ended: {
    dial: toConnecting,
    refused: 'stays',
    ready: 'stays',
    lost: 'stays',
    silent: 'stays',
    'away, stalled': 'stays',
    'away, busy': 'stays',
    answered: 'stays',
    dead: 'stays',
    ended: 'stays',
  },
};

const cells = (Object.keys(states) as StateName[]).flatMap((state) =>
  (Object.keys(signals) as SignalName[]).map((signal) => [state, signal] as const),
);

describe('the life of a connection', () => {
  it.each(cells)('goes on from %s when told: %s', (stateName, signalName) => {
    const state = states[stateName];
    const cell = table[stateName][signalName];
    const result = connectionTransition(state, signals[signalName], now);

    if (cell === 'stays') {
      expect(result.state).toBe(state);
      expect(result.effects).toEqual([]);
    } else {
      const [next, ...effects] = cell;
      expect(result).toEqual({ state: next, effects });
    }
  });

  it('has one outage of a stall that goes on with a loss', () => {
    const stalled = connectionTransition(states.suspect, { kind: 'away', cause: 'stalled' }, 2_000).state;
    const lost = connectionTransition(stalled, { kind: 'lost', cause: 'connection-reset' }, 3_000).state;
    const refused = connectionTransition(
      lost,
      { kind: 'attempt-failed', cause: 'connection-refused' },
      4_000,
    ).state;

    expect(refused).toEqual({ kind: 'reconnecting', since: 2_000, cause: 'connection-refused' });
  });
});

it.each([
  ['connecting', undefined],
  ['connecting, refused', 1_000],
  ['stalled', 1_000],
  ['reconnecting', 1_000],
  ['ended', undefined],
] as const)('an outage of a connection that is %s began at %s', (state, since) => {
  expect(awaySince(states[state])).toBe(since);
});
