import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { SentinelWatch } from '../../../packages/core/src/sentinel/sentinel-watch.ts';

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
    sentinels: () => [{ host: 'sentinel', port: 26_379 }],
    pace: () => pace,
    onFailoverBegins: () => undefined,
    onFailoverAborted: () => undefined,
    onPromoted: () => undefined,
  });
  const begunAt = clock.now();
  watch.start();
  return { clock, watch, pace, dialed: () => dialedAt.map((at) => at - begunAt) };
}

describe('a watch over sentinels that are away', () => {
  it('dials them once a second while nobody waits for a primary', async () => {
    const { clock, watch, dialed } = stage();
    await clock.travelAsync(2_500);
    expect(dialed()).toEqual([0, 1_000, 2_000]);
    watch.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('dials them each dialing period while somebody waits, from the moment when that begins', async () => {
    const { clock, watch, pace, dialed } = stage();
    await clock.travelAsync(450);
    pace.wantedAt = clock.now();
    watch.hurry();
    await clock.travelAsync(330);
    expect(dialed()).toEqual([0, 450, 550, 650, 750]);
    pace.wantedAt = -Infinity;
    await clock.travelAsync(2_000);
    expect(dialed().slice(5)).toEqual([850, 1_850]);
    watch.stop();
  });

  it('is not hurried once it was stopped', async () => {
    const { clock, watch, dialed } = stage();
    watch.stop();
    watch.hurry();
    await clock.travelAsync(2_000);
    expect(dialed()).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });
});
