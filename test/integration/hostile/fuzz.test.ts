import { expect, it } from 'vitest';
import { fuzz } from '../../bench/fuzz/fuzz.ts';

it('fuzzing with one seed finds nothing', { timeout: 60_000 }, async () => {
  let rounds = 0;
  const { findings, cases } = await fuzz(1, () => rounds++ > 0);
  expect(findings).toEqual([]);
  expect(Object.keys(cases)).toEqual(['replies', 'arguments', 'options', 'requests', 'keys']);
});
