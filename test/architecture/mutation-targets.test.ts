import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutationTargets } from '../bench/mutation/targets.ts';

it('each file that is mutated exists, and so do its tests', () => {
  const files = mutationTargets.flatMap(({ file, tests }) => [
    `packages/core/src/${file}`,
    ...tests.map((test) => `test/core/${test}`),
  ]);
  const isMissing = (file: string): boolean => !existsSync(new URL(`../../${file}`, import.meta.url));
  expect(files.filter(isMissing)).toEqual([]);
});
