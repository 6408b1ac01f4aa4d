import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../packages/core/src/clock.ts';
import { ProcessStallDetector } from '../../../packages/core/src/event-loop/process-stall-detector.ts';

function start(): {
  clock: ManualClock;
  detector: ProcessStallDetector;
  thaws: [string, number][];
  work: (ms: number) => void;
  cpuReads: () => number;
} {
  const clock = new ManualClock();
  const thaws: [string, number][] = [];
  let cpuMs = 0;
  let cpuReads = 0;
  const detector = new ProcessStallDetector(
    clock,
    (kind, durationMs) => thaws.push([kind, durationMs]),
    () => {
      cpuReads++;
      return cpuMs;
    },
  );
  detector.start();
  return { clock, detector, thaws, work: (ms) => (cpuMs += ms), cpuReads: () => cpuReads };
}

describe('the detector of the process', () => {
  it('notices nothing while the loop runs', () => {
    const { clock, detector, thaws } = start();
    clock.travel(10_000);
    expect(thaws).toEqual([]);
    expect(detector.lagMs).toBe(0);
  });

  it('counts for how long the process has stood still, before and after it notices', () => {
    const { clock, detector } = start();
    clock.jump(550);
    expect(detector.stalledMs).toBe(300);
    clock.travel(0);
    expect(detector.stalledMs).toBe(300);
    clock.travel(1_000);
    clock.jump(350);
    clock.travel(0);
    expect(detector.stalledMs).toBe(400);
  });

  it('notices a freeze as soon as a command is sent, and knows since when the process runs again', () => {
    const { clock, detector, thaws, work } = start();
    expect(detector.thawedAt).toBe(-Infinity);
    clock.jump(2_000);
    detector.noteWork(clock.now());
    expect(thaws).toEqual([['frozen', 1_750]]);
    expect(detector.thawedAt).toBe(clock.now());
    const thawedAt = clock.now();
    clock.jump(2_000);
    work(2_000);
    detector.noteWork(clock.now());
    expect(thaws.at(-1)?.[0]).toBe('blocked');
    expect(detector.thawedAt).toBe(thawedAt);
  });

  it('is behind after a long stall, until the sockets have been read', async () => {
    const { clock, detector } = start();
    clock.jump(450);
    expect(detector.isBehind).toBe(false);
    clock.jump(100);
    expect(detector.isBehind).toBe(true);
    clock.travel(0); // the timer of the detector fires first
    expect(detector.isBehind).toBe(true);
    await nextTurn();
    await nextTurn();
    expect(detector.isBehind).toBe(false);
  });

  it('tells a process that was stopped', () => {
    const { clock, thaws } = start();
    clock.jump(5_250);
    clock.travel(0);
    expect(thaws).toEqual([['frozen', 5_000]]);
    clock.travel(1_000);
    expect(thaws).toHaveLength(1);
  });

  it('tells a process that was stopped when it is asked to look before its timer fires', () => {
    const { clock, detector, thaws } = start();
    clock.jump(1_200);
    detector.look();
    expect(thaws).toEqual([]);
    clock.jump(4_050);
    detector.look();
    detector.look();
    expect(thaws).toEqual([['frozen', 5_000]]);
    clock.travel(1_000);
    expect(thaws).toHaveLength(1);
    detector.stop();
    clock.jump(5_000);
    detector.look();
    expect(thaws).toHaveLength(1);
  });

  it('tells a loop that was blocked by its own code', () => {
    const { clock, thaws, work } = start();
    clock.jump(2_250);
    work(1_900);
    clock.travel(0);
    expect(thaws).toEqual([['blocked', 2_000]]);
  });

  it.each([1, 3, 5, 7, 9, 11])('tells a process that was stopped after %i busy periods', (busy) => {
    const { clock, detector, thaws, work } = start();
    for (let count = 0; count < busy; count++) {
      detector.noteWork(clock.now());
      clock.travel(50);
      work(50);
    }
    clock.jump(1_100);
    clock.travel(0);
    expect(thaws.map(([kind]) => kind)).toEqual(['frozen']);
  });

  it('reads the CPU time at most five times a second, however often calls are sent', () => {
    const { clock, detector, cpuReads } = start();
    for (let count = 0; count < 100; count++) {
      detector.noteWork(clock.now());
      clock.travel(10);
    }
    expect(cpuReads()).toBeLessThanOrEqual(6);
  });

  it('tells a machine that was suspended: only the wall clock went on', () => {
    const { clock, thaws } = start();
    clock.wallJump(60_000);
    clock.travel(250);
    expect(thaws).toEqual([['suspended', 60_000]]);
  });

  it('takes a wall clock that is set back for no suspension', () => {
    const { clock, thaws } = start();
    clock.wallJump(-60_000);
    clock.travel(1_000);
    expect(thaws).toEqual([]);
  });

  it('tells a short block as lag, and not as a thaw', () => {
    const { clock, detector, thaws } = start();
    clock.jump(750);
    expect(detector.lagMs).toBe(500);
    clock.travel(0);
    expect(detector.lagMs).toBe(500);
    expect(thaws).toEqual([]);
    clock.travel(250);
    expect(detector.lagMs).toBe(0);
  });

  it('stops without a timer', () => {
    const { clock, detector } = start();
    expect(clock.pendingTimers).toBe(1);
    detector.start();
    expect(clock.pendingTimers).toBe(1);
    detector.stop();
    expect(clock.pendingTimers).toBe(0);
    expect(detector.lagMs).toBe(0);
  });

  it('knows the lag to a few milliseconds while a call waits for an answer', () => {
    const { clock, detector } = start();
    clock.travel(130);
    detector.noteWork(clock.now());
    clock.jump(1_000);
    expect(detector.lagMs).toBe(980);
    clock.travel(0);
    expect(detector.lagMs).toBe(980);
    clock.travel(20);
    expect(detector.lagMs).toBe(0);
    detector.noteWork(clock.now());
    clock.travel(60);
    clock.jump(300);
    expect(detector.lagMs).toBeGreaterThanOrEqual(280);
  });

  it('knows the lag to a quarter of the time since the last call was sent', () => {
    for (let sentAgoMs = 100; sentAgoMs < 800; sentAgoMs += 7) {
      const { clock, detector } = start();
      detector.noteWork(clock.now());
      clock.travel(sentAgoMs);
      clock.jump(300);
      expect(detector.lagMs).toBeGreaterThanOrEqual(300 - sentAgoMs / 4);
      detector.stop();
    }
  });

  it('wakes the process less often, the longer ago the last call was sent', () => {
    const clock = new ManualClock();
    let looks = 0;
    const countingClock: Clock = {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      setTimeout: (callback, delayMs) => {
        looks++;
        return clock.setTimeout(callback, delayMs);
      },
      clearTimeout: (handle) => clock.clearTimeout(handle),
      setImmediate: (callback) => clock.setImmediate(callback),
    };
    const detector = new ProcessStallDetector(
      countingClock,
      () => undefined,
      () => 0,
    );
    detector.start();
    detector.noteWork(clock.now());
    clock.travel(1_000);
    expect(looks).toBeLessThan(20);
    looks = 0;
    clock.travel(10_000);
    expect(looks).toBe(40);
    detector.noteWork(clock.now());
    looks = 0;
    clock.travel(60);
    expect(looks).toBe(3);
    detector.stop();
  });

  it('knows the lag to a few milliseconds for a moment after a PING of an idle connection', () => {
    const { clock, detector } = start();
    detector.noteGlance(clock.now());
    clock.travel(20);
    clock.jump(50);
    expect(detector.lagMs).toBeGreaterThanOrEqual(30);
  });

  it('looks rarely again 40 ms after such a PING', () => {
    const { clock, detector } = start();
    detector.noteGlance(clock.now());
    clock.travel(40);
    clock.jump(250);
    expect(detector.lagMs).toBe(0);
  });

  it('watches a call as closely when a PING follows', () => {
    const { clock, detector } = start();
    detector.noteWork(clock.now());
    detector.noteGlance(clock.now());
    clock.travel(60);
    clock.jump(300);
    expect(detector.lagMs).toBeGreaterThanOrEqual(280);
  });
});
