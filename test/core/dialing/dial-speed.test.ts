import { describe, expect, it } from 'vitest';
import { DialSpeed } from '../../../packages/core/src/dialing/dial-speed.ts';

describe('DialSpeed', () => {
  it('gives one attempt time for one SYN, and those beside it one period', () => {
    const speed = new DialSpeed();
    expect(speed.synDeadline(100, false)).toEqual({ synDeadlineMs: 950, patient: true });
    expect(speed.synDeadline(100, true)).toEqual({ synDeadlineMs: 100, patient: false });
    expect(speed.synDeadline(2_000, false)).toEqual({ synDeadlineMs: 950, patient: false });
  });

  it('gives three times what connecting takes, 3 s at most', () => {
    const speed = new DialSpeed();
    speed.connected(150);
    expect(speed.synDeadline(100, true).synDeadlineMs).toBe(450);
    const far = new DialSpeed();
    far.connected(2_000);
    expect(far.synDeadline(100, true).synDeadlineMs).toBe(3_000);
  });

  it('looks farther away in each second patient attempt, until one connects or is refused', () => {
    const speed = new DialSpeed();
    const next = () => speed.synDeadline(100, false).synDeadlineMs;
    speed.missed(true, false);
    expect(next()).toBe(950);
    speed.missed(true, true);
    expect([next(), speed.patientDeadline().synDeadlineMs]).toEqual([3_000, 3_000]);
    speed.missed(true, true);
    expect(next()).toBe(950);
    speed.missed(true, true);
    speed.missed(false, true);
    expect(next()).toBe(950);
    speed.missed(true, true);
    speed.missed(false, false);
    expect(next()).toBe(950);
    speed.missed(true, true);
    speed.connected(1);
    expect([next(), speed.patientDeadline().synDeadlineMs]).toEqual([950, 950]);
  });

  it('gives an attempt that is asked to be patient at least the time for one SYN', () => {
    const speed = new DialSpeed();
    expect(speed.patientDeadline()).toEqual({ synDeadlineMs: 950, patient: true });
    speed.connected(500);
    expect(speed.patientDeadline()).toEqual({ synDeadlineMs: 1_500, patient: true });
    const far = new DialSpeed();
    far.connected(2_000);
    expect(far.patientDeadline()).toEqual({ synDeadlineMs: 3_000, patient: true });
  });

  it('knows how long a connection takes with its handshake', () => {
    const speed = new DialSpeed();
    expect(speed.connectMs).toBe(0);
    speed.handshakeDone(20);
    expect(speed.connectMs).toBe(20);
    speed.connected(30);
    expect(speed.connectMs).toBe(50);
  });

  it('rises by an eighth of a longer time to connect, and falls to a shorter one at once', () => {
    const speed = new DialSpeed();
    speed.connected(100);
    speed.connected(900);
    expect(speed.synDeadline(100, true).synDeadlineMs).toBe(600);
    speed.connected(50);
    expect(speed.synDeadline(100, true).synDeadlineMs).toBe(150);
  });

  it('tells a handshake of ten times the usual length, from 100 ms up', () => {
    const speed = new DialSpeed();
    expect(speed.handshakeDone(800)).toBe(false);
    expect(speed.handshakeDone(20)).toBe(false);
    expect(speed.handshakeDone(190)).toBe(false);
    const quick = new DialSpeed();
    quick.handshakeDone(1);
    expect(quick.handshakeDone(90)).toBe(false);
    expect(quick.handshakeDone(150)).toBe(true);
    const borderline = new DialSpeed();
    borderline.handshakeDone(1);
    expect(borderline.handshakeDone(100.5)).toBe(true);
    const slow = new DialSpeed();
    slow.handshakeDone(20);
    expect(slow.handshakeDone(205)).toBe(true);
  });
});
