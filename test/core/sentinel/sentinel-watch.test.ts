import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { SentinelWatch, type SentinelFollower } from '../../../packages/core/src/sentinel/sentinel-watch.ts';

/** A watch over one sentinel that refuses connections; when it was dialed is noted. */
function stage() {
  const clock = new ManualClock();
  const dialedAt: number[] = [];
  const pace = { periodMs: 100, wantedAt: -Infinity };
  const watch = new SentinelWatch({
    clock,
    open: () => {
      dialedAt.push(clock.now());
      return Promise.reject(new Error('nobody there'));
    },
    name: 'shop',
    credentials: undefined,
    askAll: () => Promise.resolve([]),
  });
  const follower = (followed = pace): SentinelFollower => ({
    sentinels: () => [{ host: 'sentinel', port: 26_379 }],
    pace: () => followed,
    tell: () => undefined,
  });
  const begunAt = clock.now();
  const first = follower();
  watch.follow(first);
  const stop = (): void => watch.unfollow(first);
  return { clock, watch, follower, stop, pace, dialed: () => dialedAt.map((at) => at - begunAt) };
}

describe('a watch over sentinels that are away', () => {
  it('dials them once a second while nobody waits for a primary', async () => {
    const { clock, stop, dialed } = stage();
    await clock.travelAsync(2_500);
    expect(dialed()).toEqual([0, 1_000, 2_000]);
    stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('dials them each dialing period while somebody waits, from the moment when that begins', async () => {
    const { clock, watch, stop, pace, dialed } = stage();
    await clock.travelAsync(450);
    pace.wantedAt = clock.now();
    watch.hurry();
    await clock.travelAsync(330);
    expect(dialed()).toEqual([0, 450, 550, 650, 750]);
    pace.wantedAt = -Infinity;
    await clock.travelAsync(2_000);
    expect(dialed().slice(5)).toEqual([850, 1_850]);
    stop();
  });

  it('is not hurried once it was stopped', async () => {
    const { clock, watch, stop, dialed } = stage();
    stop();
    watch.hurry();
    await clock.travelAsync(2_000);
    expect(dialed()).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('dials them once for all clients that follow, until the last one stops', async () => {
    const { clock, watch, follower, stop, dialed } = stage();
    const wanted = { periodMs: 250, wantedAt: Infinity };
    const others = [follower(), follower(wanted)];
    for (const other of others) watch.follow(other);
    stop();
    await clock.travelAsync(1_000);
    watch.hurry();
    expect(dialed()).toEqual([0, 1_000, 1_000]);
    await clock.travelAsync(510);
    expect(dialed().slice(3)).toEqual([1_250, 1_500]);
    for (const other of others) watch.unfollow(other);
    await clock.travelAsync(2_000);
    expect(dialed()).toHaveLength(5);
    expect(clock.pendingTimers).toBe(0);
  });
});
