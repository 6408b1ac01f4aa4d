import { describe, expect, it } from 'vitest';
import { dialTransition, overlapOf } from '../../../packages/core/src/dialing/schedule/dial-transition.ts';
import { alone, at, chained, inBigFleet, justLost, paced } from './dial-moment.ts';

const unjudged = { ...justLost, flaps: 3, shaky: 3, judged: false };

describe('a connection that is lost', () => {
  it.each([
    { livedMs: 99, fleet: 'alone', flaps: 4, shaky: 4 },
    { livedMs: 100, fleet: 'alone', flaps: 2, shaky: 4 },
    { livedMs: 999, fleet: 'alone', flaps: 2, shaky: 4 },
    { livedMs: 1_000, fleet: 'alone', flaps: 0, shaky: 0 },
    { livedMs: 999, fleet: 'in a big fleet', flaps: 4, shaky: 4 },
    { livedMs: 1_000, fleet: 'in a big fleet', flaps: 0, shaky: 0 },
  ])(
    'turns three flaps into $flaps when it lived $livedMs ms, $fleet',
    ({ livedMs, fleet, flaps, shaky }) => {
      const moment = fleet === 'alone' ? alone() : inBigFleet();
      const [next] = dialTransition(unjudged, { kind: 'lost', livedMs, alive: 1 }, moment);
      expect(next).toEqual({ ...unjudged, lostAt: at, flaps, shaky, judged: true });
    },
  );

  it('never counts fewer than no flaps', () => {
    const steady = { ...unjudged, flaps: 0, shaky: 0 };
    const [next] = dialTransition(steady, { kind: 'lost', livedMs: 500, alive: 1 }, alone());
    expect([next.flaps, next.shaky]).toEqual([0, 1]);
  });

  it('is judged once, with those that are lost beside it', () => {
    const judged = { ...unjudged, judged: true };
    const [next] = dialTransition(judged, { kind: 'lost', livedMs: 5, alive: 1 }, alone());
    expect(next).toEqual({ ...judged, lostAt: at });
  });
});

describe('an attempt that failed', () => {
  it('takes a flap off where nobody answered: then flapping is not the trouble', () => {
    const [next] = dialTransition(
      { ...paced, flaps: 3, shaky: 5 },
      { kind: 'failed', overload: false, handshake: false },
      alone(),
    );
    expect([next.flaps, next.shaky]).toEqual([2, 4]);
    const [steady] = dialTransition(paced, { kind: 'failed', overload: false, handshake: false }, alone());
    expect([steady.flaps, steady.shaky]).toEqual([0, 0]);
  });

  it('leaves the flaps as they are where the handshake failed', () => {
    const flapping = { ...paced, flaps: 3, shaky: 5 };
    const [next] = dialTransition(flapping, { kind: 'failed', overload: false, handshake: true }, alone());
    expect([next.flaps, next.shaky]).toEqual([3, 5]);
  });
});

describe('dialing after connections that broke at once', () => {
  it.each([
    { flaps: 0, pauseMs: 2.5 },
    { flaps: 1, pauseMs: 100 },
    { flaps: 3, pauseMs: 100 },
    { flaps: 20, pauseMs: 100 },
  ])('pauses $pauseMs ms after $flaps of them: one period, in a small fleet', ({ flaps, pauseMs }) => {
    const state = { ...justLost, flaps, attemptedAt: at };
    expect(dialTransition(state, { kind: 'wanted' }, alone())[0].dueAt).toBe(at + pauseMs);
  });

  it.each([
    { flaps: 1, pauseMs: 200 },
    { flaps: 2, pauseMs: 400 },
    { flaps: 3, pauseMs: 800 },
    { flaps: 5, pauseMs: 2_000 },
    { flaps: 20, pauseMs: 2_000 },
  ])('pauses $pauseMs ms after $flaps of them in a large fleet', ({ flaps, pauseMs }) => {
    const state = { ...justLost, flaps, attemptedAt: at };
    const moment = inBigFleet({ fleetSize: 1_000 });
    expect(dialTransition(state, { kind: 'wanted' }, moment)[0].dueAt).toBe(at + pauseMs);
  });

  it('never pauses for less than the period', () => {
    const moment = inBigFleet({ fleetSize: 100_000 });
    const state = { ...justLost, flaps: 4, attemptedAt: at };
    expect(dialTransition(state, { kind: 'wanted' }, moment)[0].dueAt).toBe(at + 5_000);
  });

  it('counts the pause from the last attempt', () => {
    const state = { ...justLost, flaps: 3, attemptedAt: at - 60 };
    expect(dialTransition(state, { kind: 'wanted' }, alone())[0].dueAt).toBe(at + 40);
  });

  it.each([
    { flaps: 0, dueIn: 0 },
    { flaps: 1, dueIn: 100 },
    { flaps: 5, dueIn: 100 },
  ])('lets followers wait $dueIn ms to see whether the leader stays', ({ flaps, dueIn }) => {
    const [next] = dialTransition(
      { ...paced, flaps },
      { kind: 'succeeded', overload: false, waiting: 1 },
      alone(),
    );
    expect(next.dueAt).toBe(at + dueIn);
  });
});

describe('followers of a server that keeps nobody', () => {
  it.each([
    { shaky: 2, dueIn: 0 },
    { shaky: 3, dueIn: 25 },
    { shaky: 4, dueIn: 25 },
  ])('come $dueIn ms apart after $shaky connections that did not last', ({ shaky, dueIn }) => {
    const [next] = dialTransition(
      { ...chained, shaky },
      { kind: 'succeeded', overload: false, waiting: 1 },
      alone(),
    );
    expect(next.dueAt).toBe(at + dueIn);
  });

  it('come no closer than the gap of a big fleet either', () => {
    const moment = inBigFleet({ random: () => 0.25 });
    const signal = { kind: 'succeeded', overload: false, waiting: 1 } as const;
    expect(dialTransition({ ...chained, shaky: 9 }, signal, moment)[0].dueAt).toBe(at + 1_500);
    expect(dialTransition({ ...chained, shaky: 9, origin: 'fresh' }, signal, moment)[0].dueAt).toBe(at + 500);
    expect(dialTransition({ ...chained, origin: 'fresh' }, signal, moment)[0].dueAt).toBe(at);
  });

  it('come one by one: the next waits for the outcome of this', () => {
    const ticked = { kind: 'ticked', room: true } as const;
    const due = { ...chained, dueAt: at };
    expect(dialTransition({ ...due, shaky: 2 }, ticked, alone())).toEqual([
      { ...due, shaky: 2, attemptedAt: at, dueAt: at },
      'attempt',
    ]);
    expect(dialTransition({ ...due, shaky: 3 }, ticked, alone())).toEqual([
      { ...due, shaky: 3, attemptedAt: at, dueAt: undefined },
      'attempt',
    ]);
  });

  it('overlap no more often than at first, even after a single connection that did not last', () => {
    const grown = { ...chained, followed: 5 };
    expect(overlapOf(grown, 0, alone())).toBe(7);
    expect(overlapOf({ ...grown, shaky: 1 }, 0, alone())).toBe(2);
    expect(overlapOf({ ...grown, shaky: 2 }, 0, alone())).toBe(2);
  });
});
