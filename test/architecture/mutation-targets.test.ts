import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutationTargets } from '../bench/mutation/targets.ts';

it('each file that is mutated exists', () => {
  const isMissing = (file: string): boolean =>
    !existsSync(new URL(`../../packages/core/src/${file}`, import.meta.url));
  expect(mutationTargets.filter(isMissing)).toEqual([]);
});
