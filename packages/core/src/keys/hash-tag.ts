import { hashedPart, keySlot } from './key-slot.ts';

/**
 * A hash tag that puts other keys into the slot of this key: the part of the key that decides its slot. A tag can
 * neither be empty nor hold a closing brace; in these two cases it is a number that lies in the same slot.
 */
export function hashTagOf(key: string): string {
  const tag = hashedPart(key);
  return tag === '' || tag.includes('}') ? numberInSlotOf(key) : tag;
}

// Each number has a chance of one in 16,384 to hit the slot: the search takes that many tries on average.
function numberInSlotOf(key: string): string {
  const slot = keySlot(key);
  for (let number = 0; ; number++) {
    if (keySlot(String(number)) === slot) return String(number);
  }
}
