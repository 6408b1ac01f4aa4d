import { expect, it } from 'vitest';
import { SlowLimit } from '../../../packages/core/src/circuit/slow-limit.ts';

it.each([
  { durationMs: 40, learnt: 'a usual call', limitMs: 10 * (20 + 20 / 512) },
  { durationMs: 900, learnt: 'a slow call as if it just met the limit', limitMs: 10 * (20 + 180 / 512) },
])('remembers 512 samples, and learns $learnt', ({ durationMs, limitMs }) => {
  const limit = new SlowLimit();
  let now = 0;
  for (let sample = 0; sample < 600; sample++, now += 100) limit.exceeded(20, now);
  limit.exceeded(durationMs, now);
  expect(limit.limitMs).toBeCloseTo(limitMs, 6);
});
