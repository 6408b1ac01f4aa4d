import { hashedPart, keySlot } from './key-slot.ts';

/**
 * Returns a hash tag that puts other keys into the same slot as this key. Usually the tag is the part of the key that
 * determines its slot. A part that is empty or contains a closing brace cannot be a tag; a number that hashes to the
 * same slot is returned instead.
 */
export function hashTagOf(key: string): string {
  const tag = hashedPart(key);
  return tag === '' || tag.includes('}') ? numberInSlotOf(key) : tag;
}

// Each number has a chance of 1 in 16,384 of hitting the slot, so the search takes about 16,384 tries on average.
function numberInSlotOf(key: string): string {
  const slot = keySlot(key);
  for (let number = 0; ; number++) {
    if (keySlot(String(number)) === slot) return String(number);
  }
}
