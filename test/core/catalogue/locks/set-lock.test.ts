import { expect, it } from 'vitest';
import { setLockOf } from '../../../../packages/core/src/catalogue/locks/set-lock.ts';

const token = '0f8fad5b-d9cb-469f-a165-70867728950e';

it.each<[string, unknown[], boolean]>([
  ['set', ['key', token, 'PX', 1000, 'NX'], true],
  ['set', ['key', token, 'nx', 'ex', '10'], true],
  ['set', ['key', Buffer.from(token), 'NX', 'PXAT', 1e12], true],
  ['set', ['key', token, 'PX', 1000, 'XX'], false],
  ['set', ['key', token, 'PX', 1000], false],
  ['set', ['key', token, 'NX'], false],
  ['set', ['key', token, 'NX', 'KEEPTTL', ''], false],
  ['set', ['key', token, 'NX', 'PX', 1000, 'GET'], false],
  ['set', ['key', 'locked', 'NX', 'PX', 1000], false],
  ['set', ['key', '{"id": "0f8fad5b"}', 'NX', 'PX', 1000], false],
  ['set', ['', token, 'NX', 'PX', 1000], false],
  ['setnx', ['key', token], false],
])('%s %j takes a lock with a token: %s', (name, args, isLock) => {
  expect(setLockOf(name, args)).toEqual(isLock ? { key: 'key', token } : undefined);
});
