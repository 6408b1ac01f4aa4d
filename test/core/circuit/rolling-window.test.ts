import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingWindow } from '../../../packages/core/src/circuit/rolling-window.ts';
import type { CallKind } from '../../../packages/core/src/circuit/rolling-window.ts';

const windowMs = 10_000;
const bucketMs = 1_000;

describe('a rolling window', () => {
  it('counts each kind on its own', () => {
    const window = new RollingWindow(windowMs);
    window.record('ok', 5);
    window.record('fail', 6);
    window.record('fail', 7);
    window.record('slow', 8);
    window.record('slow', 8);
    window.record('slow', 8);
    expect(window.totals(8)).toEqual({ ok: 1, fail: 2, slow: 3, total: 6 });
  });

  it('is empty before the first call', () => {
    expect(new RollingWindow(windowMs).totals(0)).toEqual({ ok: 0, fail: 0, slow: 0, total: 0 });
  });

  it.each([
    { recordedAt: 0, seenAt: 9_999, fails: 1 },
    { recordedAt: 0, seenAt: 10_000, fails: 0 },
    { recordedAt: 999, seenAt: 9_999, fails: 1 },
    { recordedAt: 999, seenAt: 10_000, fails: 0 },
    { recordedAt: 1_000, seenAt: 10_000, fails: 1 },
    { recordedAt: 1_000, seenAt: 3_600_000, fails: 0 },
    { recordedAt: -1, seenAt: 0, fails: 1 },
  ])('sees $fails failures at $seenAt of one recorded at $recordedAt', ({ recordedAt, seenAt, fails }) => {
    const window = new RollingWindow(windowMs);
    window.record('fail', recordedAt);
    expect(window.totals(seenAt).fail).toBe(fails);
  });

  it('empties a bucket when its turn comes again', () => {
    const window = new RollingWindow(windowMs);
    window.record('fail', 500);
    window.record('ok', 10_500);
    expect(window.totals(10_500)).toMatchObject({ ok: 1, fail: 0, total: 1 });
  });

  it('counts a call at the very start of a bucket in that bucket', () => {
    const window = new RollingWindow(windowMs);
    window.record('ok', 500);
    window.record('fail', 1_000);
    expect(window.totals(10_999)).toMatchObject({ ok: 0, fail: 1, total: 1 });
  });

  it('forgets everything on clear, also within the same bucket', () => {
    const window = new RollingWindow(windowMs);
    window.record('fail', 500);
    window.record('fail', 1_500);
    window.clear();
    expect(window.totals(1_500).total).toBe(0);
    window.record('ok', 1_600);
    expect(window.totals(1_600)).toMatchObject({ ok: 1, fail: 0, total: 1 });
  });

  it('stands still when the clock steps back', () => {
    const window = new RollingWindow(windowMs);
    window.record('ok', 20_500);
    window.record('fail', 3_000);
    expect(window.totals(3_000)).toMatchObject({ ok: 1, fail: 1, total: 2 });
    window.clear();
    window.record('slow', 3_000);
    expect(window.totals(20_500)).toMatchObject({ slow: 1, total: 1 });
  });

  it('does not bring back old calls when the clock steps back', () => {
    const window = new RollingWindow(windowMs);
    window.record('fail', 5_500);
    window.record('ok', 20_500);
    expect(window.totals(5_500)).toMatchObject({ ok: 1, fail: 0, total: 1 });
  });

  it('returns the same object at each look', () => {
    const window = new RollingWindow(windowMs);
    expect(window.totals(1)).toBe(window.totals(2));
  });

  it('agrees with an exact log over a window between nine and ten buckets', () => {
    const step = fc.record({
      kind: fc.constantFrom<CallKind>('ok', 'fail', 'slow'),
      count: fc.integer({ min: 0, max: 3 }),
      wait: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 300, max: 12_000 }),
        fc.constantFrom(bucketMs, windowMs, windowMs - 1, 3_600_000),
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 5_000 }), (steps, startAt) => {
        const window = new RollingWindow(windowMs);
        const log: { at: number; kind: CallKind }[] = [];
        let now = startAt;
        for (const { kind, count, wait } of steps) {
          now += wait;
          for (let call = 0; call < count; call++) {
            window.record(kind, now);
            log.push({ at: now, kind });
          }
          const { ok, fail, slow, total } = window.totals(now);
          const cuts = [now - windowMs + bucketMs, ...log.map(({ at }) => at)].filter(
            (cut) => cut > now - windowMs && cut <= now - windowMs + bucketMs,
          );
          const possible = cuts.map((cut) => {
            const seen = log.filter(({ at }) => at >= cut);
            return ['ok', 'fail', 'slow'].map((k) => seen.filter((call) => call.kind === k).length);
          });
          expect(possible).toContainEqual([ok, fail, slow]);
          expect(total).toBe(ok + fail + slow);
        }
      }),
      { numRuns: 500 },
    );
  });
});
