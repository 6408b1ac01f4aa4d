/** Number of slots in a Redis Cluster. */
export const slotCount = 16_384;

/**
 * Returns the Cluster slot of a key, computed from its hash tag if it has one.
 *
 * @example
 * keySlot('{user:1}:cart') === keySlot('{user:1}:name'); // true
 */
export function keySlot(key: string | Buffer): number {
  if (typeof key === 'string') return crc16(Buffer.from(hashedPart(key))) % slotCount;
  return crc16(Buffer.from(hashedPart(key.toString('latin1')), 'latin1')) % slotCount;
}

/** Returns the part of a key that determines its slot: the hash tag if the key has one, otherwise the whole key. */
export function hashedPart(key: string): string {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key;
}

/** Computes CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
