import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { SentinelReport } from '../../../packages/core/src/sentinel/agreement.ts';
import { Vouching } from '../../../packages/core/src/sentinel/vouching.ts';

/** The test answers each poll of the sentinels with reports. `answer` returns whether they confirm every claim. */
function stage() {
  const clock = new ManualClock();
  const polls: { answer(...reports: readonly SentinelReport[]): boolean; fail(): void }[] = [];
  const vouching = new Vouching(
    clock,
    (isEnough) =>
      new Promise((resolve, reject) => {
        polls.push({
          answer: (...reports) => {
            resolve(reports);
            return isEnough(reports);
          },
          fail: () => reject(new Error('nobody there')),
        });
      }),
  );
  return { clock, vouching, polls };
}

function report(id: string, ...members: readonly string[]): SentinelReport {
  return { id, named: [], members: new Set(members) };
}

describe('sentinels that announce a primary', () => {
  it('are vouched for by one poll if they announce it at the same time', async () => {
    const { vouching, polls } = stage();
    const claims = ['one', 'two', 'three', 'one'].map((from) => vouching.vouch('new', 1, from));
    expect(polls).toHaveLength(1);
    expect(polls[0]?.answer(report('one', 'new:1'), report('two', 'new:1'))).toBe(true);
    expect(await Promise.all(claims)).toEqual([true, true, true, true]);
    expect(polls).toHaveLength(1);
  });

  it('do not vouch for themselves', async () => {
    const { vouching, polls } = stage();
    const claim = vouching.vouch('new', 1, 'one');
    expect(polls[0]?.answer(report('one', 'new:1'), report('two', 'old:1'))).toBe(false);
    expect(await claim).toBe(false);
  });

  it('are not refuted by a poll that began before their announcement', async () => {
    const { vouching, polls } = stage();
    const early = vouching.vouch('other', 1, 'one');
    const late = vouching.vouch('new', 1, 'one');
    expect(polls[0]?.answer(report('two', 'other:1'))).toBe(false);
    expect(await early).toBe(true);
    expect(polls).toHaveLength(2);
    polls[1]?.answer(report('two', 'other:1', 'new:1'));
    expect(await late).toBe(true);
  });

  it('are asked about again when the open poll has had no answer for a while', async () => {
    const { clock, vouching, polls } = stage();
    const silent = vouching.vouch('new', 1, 'one');
    await clock.travelAsync(300);
    const next = vouching.vouch('new', 1, 'two');
    expect(polls).toHaveLength(2);
    polls[1]?.answer(report('three', 'new:1'));
    expect(await next).toBe(true);
    polls[0]?.fail();
    expect(await silent).toBe(false);
  });
});
