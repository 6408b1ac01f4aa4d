import { createRandom } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { retryPause } from '../../../packages/core/src/command/retry-pause.ts';

describe('the pause before another attempt', () => {
  it.each([
    [1, 41],
    [2, 81],
    [3, 161],
    [4, 201],
    [50, 201],
    [5_000, 201],
  ])('is, after attempt %i, at most %i ms', (sends, most) => {
    expect(retryPause(sends, () => 0)).toBe(1);
    expect(retryPause(sends, () => 1)).toBe(most);
  });

  it('is spread over its whole range', () => {
    const random = createRandom(1);
    const pauses = Array.from({ length: 1_000 }, () => retryPause(4, random));
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
    expect(mean).toBeGreaterThan(85);
    expect(mean).toBeLessThan(117);
  });
});
