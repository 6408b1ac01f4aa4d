import { describe, expect, it } from 'vitest';
import { hashedPart, keySlot } from '../../../packages/core/src/keys/key-slot.ts';

// testing/cluster.test.ts checks that a real server computes the same slots.
describe('the slot of a key', () => {
  it.each([
    ['', 0],
    ['123456789', 12_739],
    ['foo', 12_182],
    ['foo{}{bar}', 8_363],
  ])('is the CRC of %j', (key, slot) => {
    expect(keySlot(key)).toBe(slot);
  });

  it.each([
    ['{user1000}.following', 'user1000'],
    ['foo{{bar}}zap', '{bar'],
    ['foo{bar}{zap}', 'bar'],
    ['foo{}{bar}', 'foo{}{bar}'],
    ['foo{bar', 'foo{bar'],
    ['}foo{', '}foo{'],
  ])('is decided by a part of %j', (key, part) => {
    expect(hashedPart(key)).toBe(part);
    expect(keySlot(key)).toBe(keySlot(part === key ? key : `{${part}}`));
  });
});
