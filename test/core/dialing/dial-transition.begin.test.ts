import { describe, expect, it } from 'vitest';
import { paceOf, dialTransition } from '../../../packages/core/src/dialing/schedule/dial-transition.ts';
import { idleDialState } from '../../../packages/core/src/dialing/schedule/dial-state.ts';
import { alone, at, chained, inBigFleet, justLost, paced } from './dial-moment.ts';

const wanted = { kind: 'wanted' } as const;

describe('the pace of dialing', () => {
  it('counts an outage only while there is one', () => {
    const moment = alone({ fleetSize: undefined, everConnected: false });
    expect(paceOf(idleDialState, moment).periodMs).toBe(100);
    expect(paceOf({ ...paced, beganAt: at - 59_999 }, moment).periodMs).toBe(100);
    expect(paceOf({ ...paced, beganAt: at - 60_000 }, moment).periodMs).toBe(1_000);
  });
});

describe('dialing', () => {
  it.each([
    { lostFor: 1_000, fleet: 'alone', origin: 'outage' },
    { lostFor: 1_001, fleet: 'alone', origin: 'fresh' },
    { lostFor: 4_000, fleet: 'in a big fleet', origin: 'outage' },
    { lostFor: 4_001, fleet: 'in a big fleet', origin: 'fresh' },
  ])('begins as $origin where the last loss was $lostFor ms ago, $fleet', ({ lostFor, fleet, origin }) => {
    const moment = fleet === 'alone' ? alone() : inBigFleet();
    expect(dialTransition({ ...idleDialState, lostAt: at - lostFor }, wanted, moment)[0].origin).toBe(origin);
  });

  it.each([
    { alive: 0, origin: 'outage' },
    { alive: 1, origin: 'lone' },
    { alive: 2, origin: 'lone' },
  ])('begins as $origin where $alive others stand', ({ alive, origin }) => {
    expect(dialTransition(justLost, wanted, alone({ alive }))[0].origin).toBe(origin);
  });

  it('begins with the ramp where one process is alone, and notes when', () => {
    const began = { kind: 'paced', beganAt: at, rampedAt: at, step: 0, hurryAt: undefined } as const;
    const before = { ...justLost, hurryAt: at + 1 };
    expect(dialTransition(before, wanted, alone())[0]).toEqual({
      ...before,
      ...began,
      origin: 'outage',
      dueAt: at + 2.5,
    });
    expect(dialTransition(before, wanted, alone({ alive: 1 }))[0]).toEqual({
      ...before,
      ...began,
      origin: 'lone',
      dueAt: at + 2.5,
    });
  });

  it('begins at once where nothing was lost, which uses up no ramp', () => {
    expect(dialTransition(idleDialState, wanted, alone())[0]).toEqual({
      ...idleDialState,
      kind: 'paced',
      origin: 'fresh',
      beganAt: at,
      step: 0,
      dueAt: at,
    });
  });

  it.each([
    { state: { rampedAt: at - 1_999 }, why: 'a ramp two seconds ago' },
    { state: { flaps: 1 }, why: 'a connection that broke at once' },
  ])('begins past the ramp after $why', ({ state }) => {
    const before = { ...justLost, rampedAt: at - 9_000, ...state };
    const [next] = dialTransition(before, wanted, alone());
    expect([next.step, next.rampedAt]).toEqual([1_000, before.rampedAt]);
  });

  it('begins at the pace of a beginning, however long the outage before was', () => {
    const before = { ...idleDialState, beganAt: at - 120_000, attemptedAt: at, flaps: 1 };
    const booting = alone({ fleetSize: undefined, everConnected: false });
    expect(dialTransition(before, wanted, booting)[0].dueAt).toBe(at + 100);
  });

  it('begins with a new ramp two seconds after the last', () => {
    const [next] = dialTransition({ ...justLost, rampedAt: at - 2_000 }, wanted, alone());
    expect([next.step, next.rampedAt]).toEqual([0, at]);
  });

  it.each([
    { state: justLost, alive: 0, origin: 'outage', step: 0, dueIn: 1_000 },
    { state: justLost, alive: 1, origin: 'lone', step: -1, dueIn: 25 },
    { state: idleDialState, alive: 0, origin: 'fresh', step: -1, dueIn: 0 },
  ])('begins without a ramp in a big fleet: $origin', ({ state, alive, origin, step, dueIn }) => {
    const [next] = dialTransition(state, wanted, inBigFleet({ alive }));
    expect(next).toEqual({ ...state, kind: 'paced', origin, beganAt: at, step, dueAt: at + dueIn });
  });
});

describe('a connection wanted while others are dialed', () => {
  it('waits for the attempt that is due', () => {
    expect(dialTransition(paced, wanted, alone())[0]).toBe(paced);
    expect(dialTransition({ ...paced, dueAt: at }, wanted, alone())[0].dueAt).toBe(at);
  });

  it('waits for the period to be over where the due time passed with nobody to dial for', () => {
    const missed = { ...paced, dueAt: at - 10 };
    expect(dialTransition(missed, wanted, alone())[0]).toEqual({ ...missed, dueAt: at + 50 });
    expect(dialTransition({ ...missed, attemptedAt: at - 300 }, wanted, alone())[0].dueAt).toBe(at);
  });

  it.each([
    { attempted: 1_000, began: 9_000, begins: false },
    { attempted: 1_001, began: 9_000, begins: true },
    { attempted: 9_000, began: 1_000, begins: false },
    { attempted: 9_000, began: 1_001, begins: true },
  ])(
    'begins dialing again ($begins) $attempted ms after the last attempt and $began ms after the first',
    ({ attempted, began, begins }) => {
      const quiet = { ...paced, attemptedAt: at - attempted, beganAt: at - began };
      expect(dialTransition(quiet, wanted, alone())[0].beganAt).toBe(begins ? at : at - began);
    },
  );

  it('joins the followers, at once where no gap is kept', () => {
    expect(dialTransition(chained, wanted, alone())[0]).toEqual(chained);
    expect(dialTransition({ ...chained, dueAt: undefined }, wanted, alone())[0].dueAt).toBe(at);
    expect(dialTransition({ ...chained, dueAt: undefined }, wanted, inBigFleet())[0].dueAt).toBe(undefined);
  });
});

describe('a connection lost while others are dialed', () => {
  const lost = (livedMs: number, alive: number) => ({ kind: 'lost', livedMs, alive }) as const;

  it('changes nothing while another stands', () => {
    expect(dialTransition(paced, lost(5_000, 1), alone())[0]).toEqual({ ...paced, lostAt: at });
    expect(dialTransition(paced, lost(5, 1), alone())[0]).toEqual({ ...paced, lostAt: at });
    expect(dialTransition(chained, lost(5_000, 1), alone())[0]).toMatchObject({
      kind: 'chained',
      dueAt: at + 30,
    });
  });

  it('keeps the followers from coming back when it broke at once', () => {
    const [next] = dialTransition(chained, lost(5, 1), alone());
    expect(next).toMatchObject({ kind: 'paced', origin: 'outage', beganAt: at, lostAt: at, flaps: 1 });
  });

  it('begins an outage when it was the last', () => {
    for (const state of [paced, chained]) {
      expect(dialTransition(state, lost(5_000, 0), alone())[0]).toMatchObject({
        kind: 'paced',
        beganAt: at,
        rampedAt: at,
        dueAt: at + 2.5,
      });
    }
  });

  it('goes on with a ramp that began within two seconds', () => {
    const ramping = { ...paced, origin: 'lone', rampedAt: at - 1_999 } as const;
    const joined = { ...ramping, origin: 'outage', lostAt: at };
    expect(dialTransition(ramping, lost(5_000, 0), alone())[0]).toEqual(joined);
    const over = { ...ramping, rampedAt: at - 2_000 };
    expect(dialTransition(over, lost(5_000, 0), alone())[0].beganAt).toBe(at);
    expect(dialTransition(ramping, lost(5_000, 0), inBigFleet())[0].beganAt).toBe(at);
    expect(dialTransition({ ...ramping, kind: 'chained' }, lost(5_000, 0), alone())[0].beganAt).toBe(at);
  });
});
