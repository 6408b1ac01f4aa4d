/**
 * A block of memory into which commands are encoded one after another. Encoded bytes are never overwritten, because
 * they may not have been sent yet.
 */
export interface CommandBlock {
  readonly bytes: Buffer;
  /** Offset at which the next command begins. */
  end: number;
}

const blockBytes = 64 * 1024;
/** Largest command that is copied into a block, in bytes. */
export const maxCopiedBytes = 16 * 1024;
/**
 * Maximum length of a string that is encoded in a loop. Longer strings are encoded by `Buffer.write`; one call of it
 * costs about as much as looping over this many characters.
 */
const maxLoop = 24;
/** Maximum number of bytes around an argument: the marker `$`, the argument's length in digits, and two line ends. */
const frameBytes = 16;

const [star, dollar, zero, carriageReturn, lineFeed, lastAscii] = [0x2a, 0x24, 0x30, 0x0d, 0x0a, 0x7f];

let present: CommandBlock = { bytes: Buffer.alloc(0), end: 0 };

/** Returns a block with room for this many bytes. All connections of the process encode into the same block. */
export function blockWith(bytes: number): CommandBlock {
  if (present.bytes.length - present.end < bytes) {
    present = { bytes: Buffer.allocUnsafeSlow(blockBytes), end: 0 };
  }
  return present;
}

/**
 * Returns the maximum number of bytes that an encoded command can have; Infinity if an argument is neither a string nor
 * bytes.
 */
export function mostBytesOf(name: string, args: readonly unknown[]): number {
  let most = 2 * frameBytes + 3 * name.length;
  for (const arg of args) {
    if (typeof arg === 'string') most += frameBytes + 3 * arg.length;
    else if (arg instanceof Uint8Array) most += frameBytes + arg.length;
    else return Infinity;
  }
  return most;
}

/** Encodes a command at the end of a block, which must have room for {@link mostBytesOf} bytes. */
export function appendCommand(block: CommandBlock, name: string, args: readonly unknown[]): void {
  const { bytes } = block;
  let at = putHeader(bytes, star, args.length + 1, block.end);
  at = putText(bytes, name, at);
  for (const arg of args) {
    at = typeof arg === 'string' ? putText(bytes, arg, at) : putBytes(bytes, arg as Uint8Array, at);
  }
  block.end = at;
}

function putText(bytes: Buffer, text: string, at: number): number {
  const { length } = text;
  const bodyAt = putHeader(bytes, dollar, length, at);
  if (length > maxLoop) {
    const written = bytes.write(text, bodyAt);
    return written === length ? putLineEnd(bytes, bodyAt + length) : putLongText(bytes, text, written, at);
  }
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code > lastAscii) return putLongText(bytes, text, Buffer.byteLength(text), at);
    bytes[bodyAt + index] = code;
  }
  return putLineEnd(bytes, bodyAt + length);
}

/** Encodes a string that has more bytes than characters. */
function putLongText(bytes: Buffer, text: string, length: number, at: number): number {
  const bodyAt = putHeader(bytes, dollar, length, at);
  bytes.write(text, bodyAt);
  return putLineEnd(bytes, bodyAt + length);
}

function putBytes(bytes: Buffer, arg: Uint8Array, at: number): number {
  const bodyAt = putHeader(bytes, dollar, arg.length, at);
  bytes.set(arg, bodyAt);
  return putLineEnd(bytes, bodyAt + arg.length);
}

function putHeader(bytes: Buffer, marker: number, length: number, from: number): number {
  bytes[from] = marker;
  let at = from + 1;
  if (length < 10) bytes[at++] = zero + length;
  else {
    const digits = String(length);
    for (let index = 0; index < digits.length; index++) bytes[at++] = digits.charCodeAt(index);
  }
  return putLineEnd(bytes, at);
}

function putLineEnd(bytes: Buffer, at: number): number {
  bytes[at] = carriageReturn;
  bytes[at + 1] = lineFeed;
  return at + 2;
}
