import { keySlot } from '@redis-resilience/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashTagOf } from '../../../packages/core/src/keys/hash-tag.ts';

describe('the part of a key that decides its slot', () => {
  it.each([
    ['plain', 'plain'],
    ['{user}:cart', 'user'],
    ['cart:{user}', 'user'],
    ['{a}{b}', 'a'],
    ['{open', '{open'],
    ['{{x}}', '{x'],
  ])('is, of %s, %s', (key, tag) => {
    expect(hashTagOf(key)).toBe(tag);
  });
});

describe('the key that remembers an id of applyOnce', () => {
  it.each(['plain', '{user}:cart', '{a}{b}', '{{x}}', 'a{b', 'a{b}c}'])('lies in the slot of %s', (key) => {
    expect(keySlot(`{${hashTagOf(key)}}:once`)).toBe(keySlot(key));
  });

  it('lies in the slot of any key', () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', ':', '{', '}', '1'),
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(key, (given) => {
        expect(keySlot(`{${hashTagOf(given)}}:once`)).toBe(keySlot(given));
      }),
      { numRuns: 500 },
    );
  });
});
