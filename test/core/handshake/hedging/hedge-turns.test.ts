import { describe, expect, it } from 'vitest';
import { Cancellation } from '../../../../packages/core/src/event-loop/cancellation.ts';
import { HedgeTurns } from '../../../../packages/core/src/handshake/hedging/hedge-turns.ts';

const patienceMs = 150;

describe('a second handshake', () => {
  it('is due when the endpoint has been silent since the first one began', () => {
    const turns = new HedgeTurns();
    expect(turns.waitMs(1_000, patienceMs, 1_000)).toBe(150);
    expect(turns.waitMs(1_000, patienceMs, 1_150)).toBe(0);
  });

  it('waits while the endpoint answers others that began earlier, or soon after', () => {
    const turns = new HedgeTurns();
    turns.answered(900, 1_100);
    expect(turns.waitMs(1_000, patienceMs, 1_150)).toBe(100);
    turns.answered(1_149, 1_400);
    expect(turns.waitMs(1_000, patienceMs, 1_400)).toBe(150);
  });

  it('is due at once when the endpoint has answered one that began much later', () => {
    const turns = new HedgeTurns();
    turns.answered(1_150, 1_200);
    expect(turns.isOvertaken(1_000, patienceMs)).toBe(true);
    expect(turns.waitMs(1_000, patienceMs, 1_200)).toBe(0);
    turns.answered(1_050, 1_210);
    expect(turns.waitMs(1_000, patienceMs, 1_210)).toBe(0);
  });

  it('waits for its turn, whichever handshake the last one was for', () => {
    const turns = new HedgeTurns();
    turns.begin(new Cancellation(), 1, 1_150);
    expect(turns.waitMs(1_001, patienceMs, 1_151)).toBe(149);
    expect(turns.waitMs(1_001, patienceMs, 1_300)).toBe(0);
  });

  it('ends the oldest one if there would be too many, and none that is over', () => {
    const turns = new HedgeTurns();
    const [first, second, third, fourth] = Array.from({ length: 4 }, () => new Cancellation());
    turns.begin(first!, 2, 0);
    turns.begin(second!, 2, 1);
    expect(first!.aborted).toBe(false);
    turns.begin(third!, 2, 2);
    expect([first, second, third].map((each) => each!.aborted)).toEqual([true, false, false]);
    turns.end(second!);
    turns.begin(fourth!, 2, 3);
    expect([second, third, fourth].map((each) => each!.aborted)).toEqual([false, false, false]);
  });
});

describe('an endpoint', () => {
  it('is silent if it has answered nothing for a while', () => {
    const turns = new HedgeTurns();
    expect(turns.isSilentFor(500, 1_000, 1_499)).toBe(false);
    expect(turns.isSilentFor(500, 1_000, 1_500)).toBe(true);
    turns.answered(900, 1_200);
    expect(turns.isSilentFor(500, 1_000, 1_500)).toBe(false);
  });
});
