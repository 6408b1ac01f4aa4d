import { describe, expect, it } from 'vitest';
import { dialTransition } from '../../../packages/core/src/dialing/schedule/dial-transition.ts';
import type { DialState } from '../../../packages/core/src/dialing/schedule/dial-state.ts';
import { alone, at, chained, inBigFleet, justLost, paced } from './dial-moment.ts';

describe('an attempt that failed', () => {
  const failed = (overload: boolean, handshake: boolean) =>
    ({ kind: 'failed', overload, handshake }) as const;

  it('makes an outage of dialing that began for another reason', () => {
    const lone = { ...paced, origin: 'lone' } as const;
    expect(dialTransition(lone, failed(false, false), alone())[0]).toEqual({ ...lone, origin: 'outage' });
  });

  it('changes no due time while nobody answers, or nobody dials', () => {
    for (const state of [{ ...paced, dueAt: at - 30 }, justLost]) {
      expect(dialTransition(state, failed(false, false), alone())[0].dueAt).toBe(state.dueAt);
    }
    expect(dialTransition(justLost, failed(true, true), inBigFleet())[0].dueAt).toBe(undefined);
  });

  it('skips the due times that passed while the handshake went on', () => {
    const missed = { ...paced, dueAt: at - 130 };
    expect(dialTransition(missed, failed(false, true), alone())[0].dueAt).toBe(at + 70);
    expect(dialTransition({ ...paced, dueAt: at }, failed(false, true), alone())[0].dueAt).toBe(at + 100);
    expect(dialTransition(paced, failed(false, true), alone())[0].dueAt).toBe(at + 30);
  });

  it('waits a whole period before a server that has too much to do, in a big fleet', () => {
    const slower = dialTransition(
      paced,
      failed(true, true),
      inBigFleet({ interactive: false, fleetSize: 5_000 }),
    );
    expect(slower[0]).toMatchObject({ overload: 2, dueAt: at + 2_000 });
    const early = dialTransition(paced, failed(true, true), inBigFleet({ random: () => 0 }));
    expect(early[0].dueAt).toBe(at + 1_960);
    expect(dialTransition(paced, failed(true, true), alone())[0]).toMatchObject({
      overload: 2,
      dueAt: at + 30,
    });
    expect(dialTransition(paced, failed(false, true), inBigFleet())[0].dueAt).toBe(at + 30);
  });

  it('makes a leader of a follower, a period after its attempt', () => {
    const expected = {
      ...chained,
      kind: 'paced',
      origin: 'outage',
      beganAt: at,
      step: 1_000,
      dueAt: at - 50 + 93.75,
    };
    for (const handshake of [false, true]) {
      expect(dialTransition(chained, failed(false, handshake), alone())[0]).toEqual(expected);
    }
    const longAgo = { ...chained, attemptedAt: at - 250 };
    expect(dialTransition(longAgo, failed(false, true), alone())[0].dueAt).toBe(at + 43.75);
  });
});

describe('an attempt that succeeded', () => {
  const succeeded = (overload: boolean, waiting: number) =>
    ({ kind: 'succeeded', overload, waiting }) as const;

  it('ends the dialing when nobody waits', () => {
    const hurried = { ...paced, hurryAt: at + 5, overload: 10 };
    expect(dialTransition(hurried, succeeded(false, 0), alone())[0]).toEqual({
      ...paced,
      kind: 'idle',
      overload: 8,
      judged: false,
      dueAt: undefined,
      hurryAt: undefined,
    });
  });

  it('counts a slow handshake as overload, up to 64 times', () => {
    expect(dialTransition(paced, succeeded(true, 0), alone())[0].overload).toBe(2);
    expect(dialTransition({ ...paced, overload: 40 }, succeeded(true, 0), alone())[0].overload).toBe(64);
    expect(dialTransition(paced, succeeded(false, 0), alone())[0].overload).toBe(1);
  });

  it('starts the followers, with a gap in a big fleet', () => {
    for (const state of [paced, chained]) {
      const [next] = dialTransition(state, succeeded(false, 1), inBigFleet({ random: () => 0.25 }));
      expect(next).toMatchObject({ kind: 'chained', dueAt: at + 1_500, judged: false });
    }
  });

  it('starts the count of the followers that connected, and counts each of them', () => {
    const followed = (state: DialState) => dialTransition(state, succeeded(false, 1), alone())[0].followed;
    expect(followed({ ...paced, followed: 7 })).toBe(0);
    expect(followed({ ...chained, followed: 0 })).toBe(1);
    expect(followed({ ...chained, followed: 7 })).toBe(8);
  });

  it('leaves the followers the gap where the leader has proved itself already', () => {
    const flapping = { ...chained, flaps: 5 };
    expect(dialTransition(flapping, succeeded(false, 1), alone())[0].dueAt).toBe(at);
  });
});

describe('an attempt that was withdrawn', () => {
  const withdrawn = (handshake: boolean) => ({ kind: 'withdrawn', handshake }) as const;

  it('gives its turn to another', () => {
    expect(dialTransition(paced, withdrawn(true), alone())[0]).toEqual({ ...paced, dueAt: at });
    expect(dialTransition(paced, withdrawn(false), alone())[0]).toBe(paced);
    expect(dialTransition(justLost, withdrawn(true), alone())[0]).toBe(justLost);
    expect(dialTransition(chained, withdrawn(false), alone())[0]).toEqual({ ...chained, dueAt: at });
    expect(dialTransition(chained, withdrawn(false), inBigFleet())[0].dueAt).toBe(at + 2_000);
  });
});

describe('a hint that trying is worth while', () => {
  const hinted = { kind: 'hinted' } as const;

  it('brings an attempt within 100 ms in a big fleet, and nearly at once alone', () => {
    const far = { ...paced, dueAt: at + 1_500 };
    expect(dialTransition(far, hinted, inBigFleet())[0]).toEqual({ ...far, hurryAt: at + 50 });
    expect(dialTransition(far, hinted, alone())[0].hurryAt).toBe(at + 2.5);
  });

  it('brings one attempt a period at most', () => {
    const far = { ...paced, dueAt: at + 1_500, hurriedAt: at - 40 };
    expect(dialTransition(far, hinted, alone())[0].hurryAt).toBe(at + 60);
    expect(dialTransition({ ...far, dueAt: at + 60 }, hinted, alone())[0].hurryAt).toBe(undefined);
    expect(dialTransition({ ...far, dueAt: at + 61 }, hinted, alone())[0].hurryAt).toBe(at + 60);
  });

  it('changes nothing where dialing does not follow the clock', () => {
    expect(dialTransition(justLost, hinted, alone())[0]).toBe(justLost);
    expect(dialTransition({ ...chained, dueAt: at + 900 }, hinted, alone())[0].hurryAt).toBe(undefined);
  });
});
