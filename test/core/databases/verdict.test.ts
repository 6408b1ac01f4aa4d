import { describe, expect, it } from 'vitest';
import { verdictOf, type VerdictFacts } from '../../../packages/core/src/databases/verdict.ts';

const patience = { afterMs: 150, openMs: 5_000 };
const closed = { state: 'closed', cause: undefined } as const;
const well = {
  state: 'ready',
  cause: undefined,
  writesHeldBy: undefined,
  isPromotionUnderWay: false,
} as const;

function verdict(
  main: Partial<VerdictFacts['main']>,
  others: Partial<Omit<VerdictFacts, 'main'>> = {},
): ReturnType<typeof verdictOf> {
  const facts = {
    main: { ...well, ...main },
    hasAttemptFailed: true,
    isReadOnly: false,
    circuits: { read: closed, write: closed },
    ...others,
  };
  return verdictOf(facts, patience);
}

describe('the verdict on the database in use', () => {
  it.each(['idle', 'ended', 'ready'] as const)('is none while its connection is %s', (state) => {
    expect(verdict({ state })).toBeUndefined();
  });

  it('is none for a dead socket, until an attempt to connect has failed', () => {
    const lost = { state: 'reconnecting', cause: 'connection-reset' } as const;
    expect(verdict(lost, { hasAttemptFailed: false })).toBeUndefined();
    expect(verdict(lost)).toEqual({ reason: 'connection-reset', onlyWrites: false, patienceMs: 150 });
  });

  it.each(['stalled', 'loading', 'busy'] as const)('is %s when the server itself is', (cause) => {
    expect(verdict({ state: 'stalled', cause }, { hasAttemptFailed: false })).toEqual({
      reason: cause,
      onlyWrites: false,
      patienceMs: 150,
    });
  });

  it.each(['auth', 'credentials', 'database'] as const)('takes its time for %s', (cause) => {
    expect(verdict({ state: 'connecting', cause })).toMatchObject({ reason: cause, patienceMs: 5_000 });
  });

  it('is read-only when writes are held, unless a promotion is under way or only reads are expected', () => {
    const held = { writesHeldBy: 'read-only' } as const;
    expect(verdict(held)).toEqual({ reason: 'read-only', onlyWrites: true, patienceMs: 150 });
    expect(verdict({ ...held, isPromotionUnderWay: true })).toBeUndefined();
    expect(verdict(held, { isReadOnly: true })).toBeUndefined();
  });

  it('is the cause of a circuit that is not closed, unless that is no fault of the server', () => {
    const open = { state: 'open', cause: 'out-of-memory' } as const;
    const slow = { state: 'half-open', cause: 'slow' } as const;
    expect(verdict({}, { circuits: { read: closed, write: open } })).toEqual({
      reason: 'out-of-memory',
      onlyWrites: true,
      patienceMs: 5_000,
    });
    expect(verdict({}, { circuits: { read: slow, write: open } })).toMatchObject({
      reason: 'slow',
      onlyWrites: false,
    });
    expect(verdict({}, { circuits: { read: closed, write: open }, isReadOnly: true })).toBeUndefined();
    const isolated = { state: 'isolated', cause: 'isolated' } as const;
    expect(verdict({}, { circuits: { read: isolated, write: isolated } })).toBeUndefined();
    const overloaded = { state: 'open', cause: 'overloaded' } as const;
    expect(verdict({}, { circuits: { read: overloaded, write: closed } })).toBeUndefined();
  });
});
