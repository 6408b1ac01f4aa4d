import { expect, it } from 'vitest';
import { isUniqueToken } from '../../../../packages/core/src/catalogue/locks/lock-token.ts';

it.each([
  [15, false],
  [16, true],
])('a token of %i characters is unique: %s', (length, isUnique) => {
  expect(isUniqueToken('a'.repeat(length))).toBe(isUnique);
});
