import { expect, it } from 'vitest';
import { medusaReleaseOf } from '../../../../packages/core/src/catalogue/locks/medusa-lock.ts';
import { acquireLock } from '../../../fallback/locks/library-scripts.ts';

const digest = '0eafb65e6aa537bcc966e2af2a66dc7f3f66e121';
const owner = 'execute:0f8fad5b-d9cb-469f-a165-70867728950e';

it.each([
  ['the digest', 'evalsha', digest],
  ['the text', 'eval', acquireLock],
])('the lock that Medusa takes with %s of its script can be released', (_, name, script) => {
  expect(medusaReleaseOf(name, [script, 1, 'cart', owner, 60, 'true'])).toEqual({
    args: [expect.stringContaining('del'), '1', 'cart', owner],
    ttlMs: 60_000,
  });
});

it.each<[string, string, unknown[]]>([
  ['an owner that the application chose', 'evalsha', [digest, 1, 'cart', owner.slice(8), 60, 'true']],
  ['the owner of all', 'evalsha', [digest, 1, 'cart', '*', 60, 'true']],
  ['no end', 'evalsha', [digest, 1, 'cart', owner, 0, 'true']],
  ['no key', 'evalsha', [digest, 1, '', owner, 60, 'true']],
  ['two keys', 'evalsha', [digest, 2, 'cart', 'bill', owner, 60]],
  ['fewer arguments', 'evalsha', [digest, 1, 'cart', owner, 60]],
  ['another digest', 'evalsha', [digest.replace('0', '1'), 1, 'cart', owner, 60, 'true']],
  ['another text', 'eval', [acquireLock.replace('NX', 'XX'), 1, 'cart', owner, 60, 'true']],
  ['a shorter text', 'eval', ['return 1', 1, 'cart', owner, 60, 'true']],
  ['another command', 'set', [digest, 1, 'cart', owner, 60, 'true']],
])('a command with %s takes no lock of Medusa', (_, name, args) => {
  expect(medusaReleaseOf(name, args)).toBeUndefined();
});
