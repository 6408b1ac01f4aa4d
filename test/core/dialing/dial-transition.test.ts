import { describe, expect, it } from 'vitest';
import { nextDueAt, dialTransition } from '../../../packages/core/src/dialing/schedule/dial-transition.ts';
import type { DialSignal } from '../../../packages/core/src/dialing/schedule/dial-signal.ts';
import { idleDialState, type DialState } from '../../../packages/core/src/dialing/schedule/dial-state.ts';
import { at, inBigFleet } from './dial-moment.ts';

const states = {
  idle: idleDialState,
  paced: {
    ...idleDialState,
    kind: 'paced',
    origin: 'outage',
    beganAt: at - 9_000,
    step: 4,
    attemptedAt: at - 500,
    dueAt: at + 1_500,
  },
  'paced, due': {
    ...idleDialState,
    kind: 'paced',
    origin: 'outage',
    beganAt: at - 9_000,
    step: 4,
    attemptedAt: at - 2_000,
    dueAt: at,
  },
  chained: { ...idleDialState, kind: 'chained', origin: 'outage', attemptedAt: at - 50, dueAt: at + 150 },
  'chained, under way': {
    ...idleDialState,
    kind: 'chained',
    origin: 'outage',
    attemptedAt: at - 50,
    dueAt: undefined,
  },
} as const satisfies Record<string, DialState>;

const signals = {
  wanted: { kind: 'wanted' },
  'lost, others stand': { kind: 'lost', livedMs: 60_000, alive: 3 },
  'lost, the last one': { kind: 'lost', livedMs: 60_000, alive: 0 },
  ticked: { kind: 'ticked', room: true },
  'ticked, no room': { kind: 'ticked', room: false },
  failed: { kind: 'failed', overload: false, handshake: false },
  'failed, overload': { kind: 'failed', overload: true, handshake: true },
  'succeeded, last': { kind: 'succeeded', overload: false, waiting: 0 },
  'succeeded, more wait': { kind: 'succeeded', overload: false, waiting: 2 },
  withdrawn: { kind: 'withdrawn', handshake: false },
  'withdrawn, handshake': { kind: 'withdrawn', handshake: true },
  hinted: { kind: 'hinted' },
} as const satisfies Record<string, DialSignal>;

/**
 * The mode, the time until the next attempt, and whether an attempt begins now. The process has one of ten
 * thousand clients of the server, so it attempts to connect once every 2,000 ms.
 */
type Cell = readonly [mode: DialState['kind'], dueIn: number | undefined, attempts?: 'attempt'];

const table: Record<keyof typeof states, Record<keyof typeof signals, Cell>> = {
  idle: {
    wanted: ['paced', 0],
    'lost, others stand': ['idle', undefined],
    'lost, the last one': ['idle', undefined],
    ticked: ['idle', undefined],
    'ticked, no room': ['idle', undefined],
    failed: ['idle', undefined],
    'failed, overload': ['idle', undefined],
    'succeeded, last': ['idle', undefined],
    'succeeded, more wait': ['chained', 0],
    withdrawn: ['idle', undefined],
    'withdrawn, handshake': ['idle', undefined],
    hinted: ['idle', undefined],
  },
  paced: {
    wanted: ['paced', 1_500],
    'lost, others stand': ['paced', 1_500],
    'lost, the last one': ['paced', 1_000],
    ticked: ['paced', 1_500],
    'ticked, no room': ['paced', 1_500],
    failed: ['paced', 1_500],
    'failed, overload': ['paced', 2_000],
    'succeeded, last': ['idle', undefined],
    'succeeded, more wait': ['chained', 2_000],
    withdrawn: ['paced', 1_500],
    'withdrawn, handshake': ['paced', 0],
    hinted: ['paced', 50],
  },
  'paced, due': {
    wanted: ['paced', 0],
    'lost, others stand': ['paced', 0],
    'lost, the last one': ['paced', 1_000],
    ticked: ['paced', 2_000, 'attempt'],
    'ticked, no room': ['paced', 2_000],
    failed: ['paced', 0],
    'failed, overload': ['paced', 2_000],
    'succeeded, last': ['idle', undefined],
    'succeeded, more wait': ['chained', 2_000],
    withdrawn: ['paced', 0],
    'withdrawn, handshake': ['paced', 0],
    hinted: ['paced', 0],
  },
  chained: {
    wanted: ['chained', 150],
    'lost, others stand': ['chained', 150],
    'lost, the last one': ['paced', 1_000],
    ticked: ['chained', 150],
    'ticked, no room': ['chained', 150],
    failed: ['paced', 1_950],
    'failed, overload': ['paced', 1_950],
    'succeeded, last': ['idle', undefined],
    'succeeded, more wait': ['chained', 2_000],
    withdrawn: ['chained', 2_000],
    'withdrawn, handshake': ['chained', 2_000],
    hinted: ['chained', 150],
  },
  'chained, under way': {
    wanted: ['chained', undefined],
    'lost, others stand': ['chained', undefined],
    'lost, the last one': ['paced', 1_000],
    ticked: ['chained', undefined],
    'ticked, no room': ['chained', undefined],
    failed: ['paced', 1_950],
    'failed, overload': ['paced', 1_950],
    'succeeded, last': ['idle', undefined],
    'succeeded, more wait': ['chained', 2_000],
    withdrawn: ['chained', 2_000],
    'withdrawn, handshake': ['chained', 2_000],
    hinted: ['chained', undefined],
  },
};

const cells = Object.entries(table).flatMap(([state, row]) =>
  Object.entries(row).map(([signal, expected]) => ({
    state: state as keyof typeof states,
    signal: signal as keyof typeof signals,
    expected,
  })),
);

describe('schedule', () => {
  it.each(cells)(
    'goes on from $state when $signal',
    ({ state, signal, expected: [mode, dueIn, attempts] }) => {
      const [next, effect] = dialTransition(states[state], signals[signal], inBigFleet());
      const dueAt = nextDueAt(next);
      expect([next.kind, dueAt === undefined ? undefined : dueAt - at, effect]).toEqual([
        mode,
        dueIn,
        attempts ?? 'none',
      ]);
    },
  );

  it('keeps its due times when the clock rings late', () => {
    const [next] = dialTransition(states['paced, due'], signals.ticked, inBigFleet({ at: at + 900 }));
    expect(next.dueAt).toBe(at + 2_000);
  });

  it('redraws the phase within 200 ms after a freeze, and attempts nothing before', () => {
    const [next, effect] = dialTransition(
      states['paced, due'],
      signals.ticked,
      inBigFleet({ at: at + 2_001 }),
    );
    expect([next.dueAt, effect]).toEqual([at + 2_101, 'none']);
  });

  it('attempts at once after a freeze in a small fleet', () => {
    const frozen = inBigFleet({ at: at + 2_001, fleetSize: 1 });
    const [next, effect] = dialTransition(states['paced, due'], signals.ticked, frozen);
    expect(effect).toBe('attempt');
    expect(next.dueAt! - frozen.at).toBeLessThanOrEqual(100);
  });

  it('doubles the overload at each sign of it and takes a fifth off with each success', () => {
    let state: DialState = states.paced;
    const after = (signal: DialSignal): number => {
      [state] = dialTransition(state, signal, inBigFleet());
      return state.overload;
    };
    expect(after(signals['failed, overload'])).toBe(2);
    expect(after(signals['failed, overload'])).toBe(4);
    expect(after(signals['succeeded, more wait'])).toBeCloseTo(3.2);
    for (let i = 0; i < 10; i++) after(signals['succeeded, more wait']);
    expect(state.overload).toBe(1);
    for (let i = 0; i < 10; i++) after(signals['failed, overload']);
    expect(state.overload).toBe(64);
  });

  it('changes no state it was given', () => {
    for (const { state, signal } of cells)
      dialTransition(Object.freeze({ ...states[state] }), signals[signal], inBigFleet());
  });
});
