import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';
import { ShardGaps } from '../../../packages/core/src/cluster/subscribers/shard-gaps.ts';

function start() {
  const clock = new ManualClock({ nowMs: 1_000 });
  const told: unknown[] = [];
  const gaps = new ShardGaps(clock, (news) => told.push(news));
  const node = {} as NodeDriver;
  const check = (wanted: readonly string[], standing: readonly string[], readAt = clock.now()): void =>
    gaps.check(
      { wanted: new Set(wanted), standing: new Map(standing.map((channel) => [channel, node])) },
      () => readAt,
    );
  return { clock, gaps, told, check };
}

describe('a gap of shard channels', () => {
  it('lasts from the last bytes that were read while they stood until they are subscribed again', () => {
    const { clock, gaps, told, check } = start();
    check(['a', 'b', 'c'], ['a', 'b', 'c'], 900);
    clock.travel(400);
    check(['a', 'b', 'c'], ['c']);
    expect([gaps.isAnyMissing, told]).toEqual([true, []]);
    clock.travel(300);
    check(['a', 'b', 'c'], ['a', 'b', 'c']);
    expect([gaps.isAnyMissing, told]).toEqual([false, [{ kind: 'gap', gapMs: 800, channels: 2 }]]);
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
