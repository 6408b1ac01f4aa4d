import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { PeacefulTurn } from '../../../packages/core/src/resilience/peaceful-turn.ts';

function turnOf(): { clock: ManualClock; turn: PeacefulTurn; failedAt: number[] } {
  const clock = new ManualClock({ nowMs: 0 });
  const failedAt: number[] = [];
  return {
    clock,
    turn: new PeacefulTurn(clock, { onNews: () => failedAt.push(clock.now()) }),
    failedAt,
  };
}

it('a turn in peace is under way until it ends, and says nothing', async () => {
  const { clock, turn, failedAt } = turnOf();
  expect(turn.isUnderWay).toBe(false);
  turn.begin();
  await clock.travelAsync(249);
  expect(turn.isUnderWay).toBe(true);
  turn.end();
  await clock.travelAsync(1_000);
  expect([turn.isUnderWay, failedAt]).toEqual([false, []]);
});

it('a turn in peace that takes more than 250 ms is none, and says so once', async () => {
  const { clock, turn, failedAt } = turnOf();
  turn.begin();
  await clock.travelAsync(200);
  turn.begin();
  await clock.travelAsync(1_000);
  expect([turn.isUnderWay, failedAt]).toEqual([false, [450]]);
});

it('a turn in peace that fails says so once, and one that is over does not', () => {
  const { turn, failedAt } = turnOf();
  turn.begin();
  turn.fail();
  turn.fail();
  expect([turn.isUnderWay, failedAt]).toEqual([false, [0]]);
});
