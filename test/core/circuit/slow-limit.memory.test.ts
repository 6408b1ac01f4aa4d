import { expect, it } from 'vitest';
import { SlowLimit } from '../../../packages/core/src/circuit/slow-limit.ts';

it.each([
  { durationMs: 440, learnt: 'a usual call', limitMs: 2 * (400 + 40 / 512) },
  { durationMs: 990, learnt: 'a slow call as if it just met the limit', limitMs: 2 * (400 + 400 / 512) },
])('the slow limit remembers 512 samples, and learns $learnt', ({ durationMs, limitMs }) => {
  const limit = new SlowLimit(1_000);
  let now = 0;
  for (let sample = 0; sample < 600; sample++, now += 100) limit.exceeded(400, now);
  limit.exceeded(durationMs, now);
  expect(limit.limitMs).toBeCloseTo(limitMs, 6);
});
