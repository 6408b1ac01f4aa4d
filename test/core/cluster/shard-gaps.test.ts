import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { ShardGaps } from '../../../packages/core/src/cluster/subscribers/shard-gaps.ts';

function start() {
  const clock = new ManualClock({ nowMs: 1_000 });
  const told: unknown[] = [];
  const gaps = new ShardGaps(clock, (news) => told.push(news));
  const check = (wanted: readonly string[], standing: readonly string[], heardAt = clock.now()): void =>
    gaps.check({ wanted: new Set(wanted), standing: new Set(standing) }, heardAt);
  return { clock, gaps, told, check };
}

describe('a gap of shard channels', () => {
  it('lasts from the last sign of life of what was lost until they are subscribed again', () => {
    const { clock, gaps, told, check } = start();
    check(['a', 'b', 'c'], ['a', 'b', 'c']);
    clock.travel(500);
    check(['a', 'b', 'c'], ['c'], 1_400);
    expect([gaps.isAnyMissing, told]).toEqual([true, []]);
    clock.travel(300);
    check(['a', 'b', 'c'], ['a', 'b', 'c']);
    expect([gaps.isAnyMissing, told]).toEqual([false, [{ kind: 'gap', gapMs: 400, channels: 2 }]]);
  });

  it('is told of each channel when it is back', () => {
    const { clock, told, check } = start();
    check(['a', 'b'], ['a', 'b']);
    check(['a', 'b'], []);
    clock.travel(100);
    check(['a', 'b'], ['a']);
    clock.travel(100);
    check(['a', 'b'], ['a', 'b']);
    expect(told).toEqual([
      { kind: 'gap', gapMs: 100, channels: 1 },
      { kind: 'gap', gapMs: 200, channels: 1 },
    ]);
  });

  it('is not one where a channel was never subscribed to before', () => {
    const { clock, gaps, told, check } = start();
    check(['a'], []);
    expect(gaps.isAnyMissing).toBe(false);
    clock.travel(100);
    check(['a'], ['a']);
    expect(told).toEqual([]);
  });

  it('is none of a channel that is not wanted any more', () => {
    const { gaps, told, check } = start();
    check(['a'], ['a']);
    check(['a'], []);
    check([], []);
    expect(gaps.isAnyMissing).toBe(false);
    check(['a'], ['a']);
    expect(told).toEqual([]);
  });
});
