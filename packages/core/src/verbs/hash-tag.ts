const slots = 16_384;

/**
 * A hash tag that puts whatever carries it into the slot of the key: what stands between the key's first braces, else the
 * whole key. A key that holds a closing brace and no tag cannot be one itself; then a number of the same slot is.
 */
export function hashTagOf(key: string): string {
  const tag = taggedPart(key);
  if (!tag.includes('}')) return tag === '' ? sameSlot(key) : tag;
  return sameSlot(key);
}

function taggedPart(key: string): string {
  const open = key.indexOf('{');
  if (open === -1) return key;
  const close = key.indexOf('}', open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}

function sameSlot(key: string): string {
  const slot = crc16(Buffer.from(key)) % slots;
  // Each number hits the slot with a chance of one in 16,384; it takes so many tries on average.
  for (let number = 0; ; number++) {
    if (crc16(Buffer.from(String(number))) % slots === slot) return String(number);
  }
}

// CRC-16/XMODEM, as the Redis Cluster specification has it.
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
