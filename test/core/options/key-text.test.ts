import { expect, it } from 'vitest';
import { keyTextOf } from '../../../packages/core/src/options/option-readers.ts';

it.each(['a', ' ', '\0', 'é', '\u{1f600}', '\ufffd'])('%j is a key', (key) => {
  expect(() => keyTextOf(key, 'cache.key')).not.toThrow();
});

it.each(['', 'a\ud800', '\udc00a', undefined, null, 0, ['a'], { toString: () => 'a' }, Buffer.from('a')])(
  '%j is no key',
  (key) => {
    expect(() => keyTextOf(key, 'cache.key')).toThrow('cache.key');
  },
);
