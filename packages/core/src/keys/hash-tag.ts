import { hashedPart, keySlot } from './key-slot.ts';

/**
 * Returns a hash tag that puts other keys into the slot of this key: the part of the key that determines its slot. A
 * tag cannot be empty or contain a closing brace. For a key with such a part, the tag is instead a number that hashes
 * to the same slot.
 */
export function hashTagOf(key: string): string {
  const tag = hashedPart(key);
  return tag === '' || tag.includes('}') ? numberInSlotOf(key) : tag;
}

// Each number has a chance of 1 in 16,384 of hitting the slot, so the search takes that many tries on average.
function numberInSlotOf(key: string): string {
  const slot = keySlot(key);
  for (let number = 0; ; number++) {
    if (keySlot(String(number)) === slot) return String(number);
  }
}
