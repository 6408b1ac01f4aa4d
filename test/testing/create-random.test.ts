import { createRandom } from '@redis-resilience/testing';
import { expect, it } from 'vitest';

it('createRandom gives the same numbers for the same seed, and others for another', () => {
  expect(take(5, 42)).toEqual(take(5, 42));
  expect(take(5, 42)).not.toEqual(take(5, 43));
});

it('createRandom spreads its numbers evenly over [0, 1)', () => {
  const numbers = take(100_000, 1);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const number of numbers) tenths[Math.floor(number * 10)]! += 1;
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

function take(count: number, seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random());
}
