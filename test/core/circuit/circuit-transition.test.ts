import { describe, expect, it } from 'vitest';
import {
  circuitTransition,
  dueAt,
  maxTrialMs,
} from '../../../packages/core/src/circuit/circuit-transition.ts';
import type { LiveCircuitState, CircuitSignal } from '../../../packages/core/src/circuit/circuit-state.ts';
import { circuitDefaults } from '../../../packages/core/src/options/circuit-settings.ts';

const settings = { ...circuitDefaults, openMs: 500, maxOpenMs: 30_000, trials: 2, windowMs: 10_000 };
const now = 100_000;

const phases = {
  closed: { kind: 'closed', since: 0, doublings: 3 },
  'closed lately': { kind: 'closed', since: now - 9_999, doublings: 3 },
  open: { kind: 'open', cause: 'slow', admits: 'share', until: now + 200, doublings: 1 },
  'half-open': {
    kind: 'half-open',
    cause: 'slow',
    admits: 'share',
    doublings: 1,
    out: 0,
    succeeded: 0,
    hungAt: Infinity,
  },
  'half-open, one out': {
    kind: 'half-open',
    cause: 'slow',
    admits: 'share',
    doublings: 1,
    out: 1,
    succeeded: 0,
    hungAt: now + 7,
  },
  'half-open, last out': {
    kind: 'half-open',
    cause: 'slow',
    admits: 'share',
    doublings: 1,
    out: 1,
    succeeded: 1,
    hungAt: now + 7,
  },
  isolated: { kind: 'isolated', holders: 1 },
  'isolated twice': { kind: 'isolated', holders: 2 },
} as const satisfies Record<string, LiveCircuitState>;

const signals = {
  due: { kind: 'due', jitter: 0.5 },
  trip: { kind: 'trip', cause: 'out-of-memory', admits: 'trials', now, jitter: 0.5 },
  'half-open': { kind: 'half-open' },
  close: { kind: 'close', now },
  'trial-started': { kind: 'trial-started', now },
  'trial-succeeded': { kind: 'trial-succeeded', now },
  'trial-ignored': { kind: 'trial-ignored' },
  'trials-voided': { kind: 'trials-voided' },
  isolate: { kind: 'isolate' },
  release: { kind: 'release', now },
} as const satisfies Record<CircuitSignal['kind'], CircuitSignal>;

const same = 'same';
const isolated = { kind: 'isolated', holders: 1 };
const opened = (cause: string, from: number, ms: number, doublings: number) => ({
  kind: 'open',
  cause,
  admits: cause === 'slow' ? 'share' : 'trials',
  until: from + ms,
  doublings,
});
const halfOpened = phases['half-open'];
const closedAgain = { kind: 'closed', since: now, doublings: 2 };

/**
 * The expected result for every combination of state and signal. With a jitter of 0.5, the circuit stays open for 3/4
 * of the full time.
 */
const table: Record<keyof typeof phases, Record<CircuitSignal['kind'], unknown>> = {
  closed: {
    due: same,
    trip: opened('out-of-memory', now, 375, 0),
    'half-open': same,
    close: same,
    'trial-started': same,
    'trial-succeeded': same,
    'trial-ignored': same,
    'trials-voided': same,
    isolate: isolated,
    release: same,
  },
  'closed lately': {
    due: same,
    trip: opened('out-of-memory', now, 3_000, 3),
    'half-open': same,
    close: same,
    'trial-started': same,
    'trial-succeeded': same,
    'trial-ignored': same,
    'trials-voided': same,
    isolate: isolated,
    release: same,
  },
  open: {
    due: halfOpened,
    trip: opened('out-of-memory', now, 200, 1),
    'half-open': halfOpened,
    close: closedAgain,
    'trial-started': same,
    'trial-succeeded': same,
    'trial-ignored': same,
    'trials-voided': same,
    isolate: isolated,
    release: same,
  },
  'half-open': {
    due: opened('slow', Infinity, 0, 2), // never due: see dueAt
    trip: opened('out-of-memory', now, 1_500, 2),
    'half-open': same,
    close: closedAgain,
    'trial-started': { ...halfOpened, out: 1, hungAt: now + maxTrialMs },
    'trial-succeeded': same,
    'trial-ignored': same,
    'trials-voided': halfOpened,
    isolate: isolated,
    release: same,
  },
  'half-open, one out': {
    due: opened('slow', now + 7, 1_500, 2),
    trip: opened('out-of-memory', now, 1_500, 2),
    'half-open': same,
    close: closedAgain,
    'trial-started': { ...phases['half-open, one out'], out: 2 },
    'trial-succeeded': { ...phases['half-open, one out'], out: 0, succeeded: 1 },
    'trial-ignored': { ...phases['half-open, one out'], out: 0 },
    'trials-voided': { ...phases['half-open, one out'], out: 0 },
    isolate: isolated,
    release: same,
  },
  'half-open, last out': {
    due: opened('slow', now + 7, 1_500, 2),
    trip: opened('out-of-memory', now, 1_500, 2),
    'half-open': same,
    close: closedAgain,
    'trial-started': same,
    'trial-succeeded': closedAgain,
    'trial-ignored': { ...phases['half-open, last out'], out: 0 },
    'trials-voided': { ...phases['half-open, last out'], out: 0 },
    isolate: isolated,
    release: same,
  },
  isolated: {
    due: same,
    trip: same,
    'half-open': same,
    close: same,
    'trial-started': same,
    'trial-succeeded': same,
    'trial-ignored': same,
    'trials-voided': same,
    isolate: { kind: 'isolated', holders: 2 },
    release: { kind: 'closed', since: now, doublings: 0 },
  },
  'isolated twice': {
    due: same,
    trip: same,
    'half-open': same,
    close: same,
    'trial-started': same,
    'trial-succeeded': same,
    'trial-ignored': same,
    'trials-voided': same,
    isolate: { kind: 'isolated', holders: 3 },
    release: isolated,
  },
};

const cells = Object.entries(table).flatMap(([phase, row]) =>
  Object.entries(row).map(([signal, expected]) => ({ phase, signal, expected })),
);

describe('transition', () => {
  it.each(cells)('answers $signal while $phase', ({ phase, signal, expected }) => {
    const before = phases[phase as keyof typeof phases];
    const after = circuitTransition(before, signals[signal as CircuitSignal['kind']], settings);
    if (expected === same) expect(after).toBe(before);
    else expect(after).toEqual(expected);
  });

  it.each([
    { jitter: 0, doublings: 0, openMs: 250 },
    { jitter: 1, doublings: 0, openMs: 500 },
    { jitter: 0, doublings: 5, openMs: 8_000 },
    { jitter: 0, doublings: 6, openMs: 15_000 },
    { jitter: 1, doublings: 6, openMs: 30_000 },
    { jitter: 1, doublings: 5_000, openMs: 30_000 },
  ])(
    'opens for $openMs ms after $doublings doublings with jitter $jitter',
    ({ jitter, doublings, openMs }) => {
      const lately: LiveCircuitState = { kind: 'closed', since: now, doublings };
      const after = circuitTransition(
        lately,
        { kind: 'trip', cause: 'slow', admits: 'all', now, jitter },
        settings,
      );
      expect(after).toMatchObject({ kind: 'open', until: now + openMs });
    },
  );

  it('starts the open time over after a whole window of closed', () => {
    const stable: LiveCircuitState = { kind: 'closed', since: now - 10_000, doublings: 3 };
    expect(circuitTransition(stable, signals.trip, settings)).toMatchObject({ doublings: 0 });
  });
});

describe('dueAt', () => {
  it.each([
    ['closed', Infinity],
    ['open', now + 200],
    ['half-open', Infinity],
    ['half-open, one out', now + 7],
    ['half-open, last out', now + 7],
    ['isolated', Infinity],
  ] as const)('gives the time of the next change while %s', (phase, due) => {
    expect(dueAt(phases[phase])).toBe(due);
  });

  it('is Infinity when all trials came back', () => {
    expect(dueAt({ ...phases['half-open, one out'], out: 0 })).toBe(Infinity);
  });
});
