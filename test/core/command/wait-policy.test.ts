import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../../packages/core/src/command/wait-policy.ts';

describe('the wait policy', () => {
  it.each([
    ['nothing failed yet', { awaySince: undefined }, 1_250],
    ['the outage begins now', { awaySince: 1_000 }, 1_250],
    ['the outage is young', { awaySince: 751 }, 1_250],
    ['the outage is as old as a wait', { awaySince: 750 }, undefined],
    ['the outage is old', { awaySince: 0 }, undefined],
    ['the deadline is near', { awaySince: 900, deadlineAt: 1_100 }, 1_100],
    ['waiting is switched off', { awaySince: 1_000, maxWaitMs: 0 }, undefined],
    ['waiting is switched off, and nothing failed yet', { awaySince: undefined, maxWaitMs: 0 }, 1_000],
    ['the time of a frozen process jumped back', { awaySince: 2_000 }, 1_250],
  ] as const)('decides how long to wait when %s', (_name, facts, expected) => {
    expect(waitUntil({ now: 1_000, maxWaitMs: 250, deadlineAt: 2_000, ...facts })).toBe(expected);
  });

  it('lets no call wait longer than allowed, or past its deadline', () => {
    const time = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(
        time,
        fc.option(time, { nil: undefined }),
        time,
        time,
        (now, awaySince, maxWaitMs, leftMs) => {
          const expiresAt = waitUntil({ now, awaySince, maxWaitMs, deadlineAt: now + leftMs });
          if (expiresAt === undefined) expect(now - (awaySince ?? now)).toBeGreaterThanOrEqual(maxWaitMs);
          else expect(expiresAt).toBe(now + Math.min(maxWaitMs, leftMs));
        },
      ),
    );
  });
});
