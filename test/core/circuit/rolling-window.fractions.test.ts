import { expect, it } from 'vitest';
import { RollingWindow } from '../../../packages/core/src/circuit/rolling-window.ts';

it('a rolling window keeps its counts where a bucket ends at a fraction that rounds back into it', () => {
  const window = new RollingWindow(1_001);
  const bucketMs = 1_001 / 10;
  const endOfThird = 3 * bucketMs;
  expect(Math.floor(endOfThird / bucketMs)).toBe(2);
  window.record('fail', endOfThird);
  window.record('fail', endOfThird);
  expect(window.totals(endOfThird).fail).toBe(2);
});
