import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admit,
  canRun,
  waitUntil,
  type Admission,
  type AdmissionFacts,
} from '../../../packages/core/src/command/admission.ts';

const well: AdmissionFacts = {
  gate: 'serving',
  lane: 'write',
  now: 1_000,
  deadlineAt: 2_000,
  awaySince: undefined,
  writesAwaySince: undefined,
  partAway: undefined,
  isBlocked: false,
  isIsolated: false,
  isRequestBudgetSpent: false,
  isFull: false,
  maxWaitMs: 250,
  patienceMs: 0,
  hasRoom: true,
};

const refused = (why: string): unknown => ({ kind: 'refuse', why });
const rows: readonly (readonly [string, Partial<AdmissionFacts>, unknown])[] = [
  ['all is well', {}, { kind: 'run' }],
  ['closed', { gate: 'ended' }, refused('closed')],
  [
    'closed and everything else',
    { gate: 'ended', isRequestBudgetSpent: true, isIsolated: true, isFull: true },
    refused('closed'),
  ],
  ['the budget is spent', { isRequestBudgetSpent: true, isIsolated: true }, refused('request-budget')],
  ['isolated', { isIsolated: true, gate: 'held', awaySince: 0 }, refused('isolated')],
  ['too many in flight', { isFull: true }, refused('overloaded')],
  ['the first connection is being made', { gate: 'held' }, { kind: 'wait', expiresAt: 2_000 }],
  [
    'the first connection is being made, and no room',
    { gate: 'held', hasRoom: false },
    { kind: 'wait', expiresAt: 2_000 },
  ],
  ['away for a moment', { gate: 'held', awaySince: 900 }, { kind: 'wait', expiresAt: 1_250 }],
  ['away for long', { gate: 'held', awaySince: 100 }, refused('away')],
  ['away for a moment, and no room', { gate: 'held', awaySince: 900, hasRoom: false }, refused('overloaded')],
  ['away for long, and no room', { gate: 'held', awaySince: 100, hasRoom: false }, refused('away')],
  ['a write while a replica answers', { writesAwaySince: 900 }, { kind: 'wait', expiresAt: 1_250 }],
  ['a write while a replica answers for long', { writesAwaySince: 100 }, refused('away')],
  ['a read while a replica answers', { lane: 'read', writesAwaySince: 100 }, { kind: 'run' }],
  ['the socket takes no more', { isBlocked: true }, { kind: 'wait', expiresAt: 2_000 }],
  [
    'the socket takes no more, and no room',
    { isBlocked: true, hasRoom: false },
    { kind: 'wait', expiresAt: 2_000 },
  ],
  [
    'a blocking call, away for long',
    { gate: 'held', awaySince: 100, patienceMs: 600 },
    { kind: 'wait', expiresAt: 1_600 },
  ],
  [
    'a subscription, away for long',
    { gate: 'held', awaySince: 100, patienceMs: Infinity, deadlineAt: Infinity },
    { kind: 'wait', expiresAt: Infinity },
  ],
  [
    'its part is away and expected back',
    { partAway: { cause: 'cluster-down', isExpectedUntil: 1_001 } },
    { kind: 'wait', expiresAt: 2_000 },
  ],
  [
    'its part is away for long',
    { partAway: { cause: 'cluster-down', isExpectedUntil: 1_000 } },
    refused('away'),
  ],
  [
    'its part is expected back, and no room',
    { partAway: { cause: 'cluster-down', isExpectedUntil: 1_001 }, hasRoom: false },
    refused('overloaded'),
  ],
  [
    'its part is expected back, and all is away for long',
    { gate: 'held', awaySince: 100, partAway: { cause: 'cluster-down', isExpectedUntil: 1_001 } },
    refused('away'),
  ],
  [
    'a blocking call whose part is away for long',
    { partAway: { cause: 'cluster-down', isExpectedUntil: 1_000 }, patienceMs: 600 },
    { kind: 'wait', expiresAt: 1_600 },
  ],
  ['a near deadline', { gate: 'held', deadlineAt: 1_100 }, { kind: 'wait', expiresAt: 1_100 }],
];

describe('admission', () => {
  it.each(rows)('%s', (_name, facts, expected) => {
    expect(admit({ ...well, ...facts })).toEqual(expected);
  });

  it('runs exactly what can run and nothing forbids, and bounds every wait', () => {
    const time = fc.integer({ min: 0, max: 1_000 });
    const facts = fc.record<AdmissionFacts>({
      gate: fc.constantFrom('serving', 'held', 'ended'),
      lane: fc.constantFrom('read', 'write'),
      now: fc.constant(1_000),
      deadlineAt: fc.integer({ min: 1_000, max: 3_000 }),
      awaySince: fc.option(time, { nil: undefined }),
      writesAwaySince: fc.option(time, { nil: undefined }),
      partAway: fc.option(
        fc.record({
          cause: fc.constant('stalled' as const),
          isExpectedUntil: fc.integer({ min: 0, max: 2_000 }),
        }),
        { nil: undefined },
      ),
      isBlocked: fc.boolean(),
      isIsolated: fc.boolean(),
      isRequestBudgetSpent: fc.boolean(),
      isFull: fc.boolean(),
      maxWaitMs: fc.integer({ min: 0, max: 500 }),
      patienceMs: fc.constantFrom(0, 50, 900),
      hasRoom: fc.boolean(),
    });
    fc.assert(
      fc.property(facts, (given) => {
        const admission: Admission = admit(given);
        const isForbidden =
          given.gate === 'ended' || given.isRequestBudgetSpent || given.isIsolated || given.isFull;
        expect(admission.kind === 'run').toBe(!isForbidden && canRun(given));
        if (admission.kind !== 'wait') return;
        expect(admission.expiresAt).toBeLessThanOrEqual(given.deadlineAt);
        if (given.gate === 'serving' && (given.partAway?.isExpectedUntil ?? 0) > given.now) return;
        const held = given.partAway === undefined ? given.writesAwaySince : -Infinity;
        const awaySince = given.gate === 'serving' ? held : given.awaySince;
        if (awaySince === undefined) return;
        expect(given.hasRoom).toBe(true);
        expect(admission.expiresAt - given.now).toBeLessThanOrEqual(
          Math.max(given.maxWaitMs, given.patienceMs),
        );
      }),
    );
  });
});

describe('wait, then fail', () => {
  it.each([
    ['nothing failed yet', { awaySince: undefined }, 2_000],
    ['the outage begins now', { awaySince: 1_000 }, 1_250],
    ['the outage is young', { awaySince: 751 }, 1_250],
    ['the outage is as old as a wait', { awaySince: 750 }, undefined],
    ['the outage is old', { awaySince: 0 }, undefined],
    ['the deadline is near', { awaySince: 900, deadlineAt: 1_100 }, 1_100],
    ['waiting is switched off', { awaySince: 1_000, maxWaitMs: 0 }, undefined],
    ['waiting is switched off, and nothing failed yet', { awaySince: undefined, maxWaitMs: 0 }, 2_000],
    ['the time of a frozen process jumped back', { awaySince: 2_000 }, 1_250],
  ] as const)('%s', (_name, facts, expected) => {
    expect(waitUntil({ now: 1_000, maxWaitMs: 250, patienceMs: 0, deadlineAt: 2_000, ...facts })).toBe(
      expected,
    );
  });

  it('nobody waits longer than allowed, or past the deadline', () => {
    const time = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(
        time,
        fc.option(time, { nil: undefined }),
        time,
        time,
        (now, awaySince, maxWaitMs, leftMs) => {
          const expiresAt = waitUntil({ now, awaySince, maxWaitMs, patienceMs: 0, deadlineAt: now + leftMs });
          if (expiresAt === undefined) expect(now - (awaySince ?? now)).toBeGreaterThanOrEqual(maxWaitMs);
          else expect(expiresAt).toBe(now + (awaySince === undefined ? leftMs : Math.min(maxWaitMs, leftMs)));
        },
      ),
    );
  });
});
