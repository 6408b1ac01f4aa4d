import { describe, expect, it } from 'vitest';
import { admitLease, type LeaseFacts } from '../../../packages/core/src/lease/lease-admission.ts';

const serving: LeaseFacts['shared'] = {
  gate: 'serving',
  awaySince: undefined,
  isIsolated: false,
};
const calm: LeaseFacts = {
  shared: serving,
  changePatienceMs: 0,
  cause: undefined,
  isClosed: false,
  now: 1_000,
  deadlineAt: 2_000,
  budgetAt: Infinity,
  maxWaitMs: 250,
  alive: 0,
  leased: 0,
  waiting: 0,
  max: 10,
  maxWaiting: 3,
  isInsideLease: false,
};
const away = (sinceMs: number): LeaseFacts['shared'] => ({
  ...serving,
  gate: 'held',
  awaySince: 1_000 - sinceMs,
});

describe('the admission of a lease', () => {
  it.each<[string, Partial<LeaseFacts>, unknown]>([
    ['gives a connection that stands', { alive: 1 }, 'give'],
    ['gives it while the shared one is made again', { alive: 1, shared: away(5_000) }, 'give'],
    ['waits until the deadline', {}, 2_000],
    ['waits no longer than the budget of the request', { budgetAt: 1_300 }, 1_300],
    ['waits behind those who came before', { alive: 1, waiting: 1 }, 2_000],
    ['waits in a young outage as long as a command', { shared: away(100) }, 1_250],
    ['waits for a change of database in an old outage', { shared: away(300), changePatienceMs: 400 }, 1_400],
    ['refuses in an old outage', { shared: away(300), cause: 'stalled' }, 'away'],
    ['refuses after the end of the budget', { alive: 1, budgetAt: 1_000 }, 'request-budget'],
    ['refuses while Redis is isolated', { alive: 1, shared: { ...serving, isIsolated: true } }, 'isolated'],
    ['refuses when closing', { alive: 1, isClosed: true }, 'closed'],
    ['refuses when closed', { alive: 1, shared: { ...serving, gate: 'ended' } }, 'closed'],
    ['refuses one more than may wait', { leased: 10, waiting: 3 }, 'crowded'],
    ['lets those wait for whom a connection is made', { leased: 5, waiting: 7 }, 2_000],
    ['refuses a caller that would wait for itself', { leased: 10, isInsideLease: true }, 'nested'],
    ['lets a caller inside a lease wait for the others', { leased: 9, isInsideLease: true }, 2_000],
  ])('%s', (_what, facts, expected) => {
    const admission = admitLease({ ...calm, ...facts });

    const { kind } = admission;
    const given = kind === 'wait' ? admission.expiresAt : kind === 'refuse' ? admission.refusal.kind : kind;
    expect(given).toBe(expected);
  });
});
