import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, test } from 'vitest';
import { Pulse } from '../../../packages/core/src/stall/pulse.ts';

function start(): {
  clock: ManualClock;
  pulse: Pulse;
  thaws: [string, number][];
  work: (ms: number) => void;
} {
  const clock = new ManualClock();
  const thaws: [string, number][] = [];
  let cpuMs = 0;
  const pulse = new Pulse(
    clock,
    { onThaw: (kind, durationMs) => thaws.push([kind, durationMs]) },
    () => cpuMs,
  );
  pulse.start();
  return { clock, pulse, thaws, work: (ms) => (cpuMs += ms) };
}

describe('the pulse of the process', () => {
  test('notices nothing while the loop runs', () => {
    const { clock, pulse, thaws } = start();
    clock.travel(10_000);
    expect(thaws).toEqual([]);
    expect(pulse.lagMs).toBe(0);
  });

  test('tells a process that was stopped', () => {
    const { clock, thaws } = start();
    clock.jump(5_250);
    clock.travel(0);
    expect(thaws).toEqual([['frozen', 5_000]]);
    clock.travel(1_000);
    expect(thaws).toHaveLength(1);
  });

  test('tells a loop that was blocked by its own code', () => {
    const { clock, thaws, work } = start();
    clock.jump(2_250);
    work(1_900);
    clock.travel(0);
    expect(thaws).toEqual([['blocked', 2_000]]);
  });

  test('tells a machine that was suspended: only the wall clock went on', () => {
    const { clock, thaws } = start();
    clock.wallJump(60_000);
    clock.travel(250);
    expect(thaws).toEqual([['suspended', 60_000]]);
  });

  test('a wall clock that is set back is nobody’s sleep', () => {
    const { clock, thaws } = start();
    clock.wallJump(-60_000);
    clock.travel(1_000);
    expect(thaws).toEqual([]);
  });

  test('a short block is lag, and no thaw', () => {
    const { clock, pulse, thaws } = start();
    clock.jump(750);
    expect(pulse.lagMs).toBe(500);
    clock.travel(0);
    expect(pulse.lagMs).toBe(500);
    expect(thaws).toEqual([]);
    clock.travel(250);
    expect(pulse.lagMs).toBe(0);
  });

  test('stops without a timer', () => {
    const { clock, pulse } = start();
    expect(clock.pendingTimers).toBe(1);
    pulse.start();
    expect(clock.pendingTimers).toBe(1);
    pulse.stop();
    expect(clock.pendingTimers).toBe(0);
    expect(pulse.lagMs).toBe(0);
  });

  test('knows the lag to a few milliseconds while somebody waits for an answer', () => {
    const { clock, pulse } = start();
    clock.travel(130);
    pulse.noteWork(clock.now());
    clock.jump(1_000);
    expect(pulse.lagMs).toBe(980);
    clock.travel(0);
    expect(pulse.lagMs).toBe(980);
    clock.travel(20);
    expect(pulse.lagMs).toBe(0);
    pulse.noteWork(clock.now());
    clock.travel(700);
    clock.jump(300);
    expect(pulse.lagMs).toBeGreaterThanOrEqual(280);
  });

  test('beats rarely again when nobody has asked for a second', () => {
    const { clock, pulse } = start();
    pulse.noteWork(clock.now());
    clock.travel(1_000);
    clock.jump(250);
    expect(pulse.lagMs).toBe(0);
  });
});
