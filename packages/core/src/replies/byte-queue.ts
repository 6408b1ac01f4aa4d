const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Chunks shorter than this are copied into a shared block, because a peer that sends one byte at a time would otherwise
 * cost one object per byte.
 */
const shortPiece = 1024;
const blockBytes = 16 * 1024;

/**
 * A queue of bytes that have arrived but have not been consumed yet. Each byte is searched at most once, copied at most
 * twice and decoded once, regardless of how the bytes were split into chunks.
 */
export class ByteQueue {
  #pieces: Buffer[] = [];
  /**
   * Position of the first byte that has not been consumed: `#piece` is the index of the piece that contains that first
   * byte, and `#offset` is the offset of the byte in the piece.
   */
  #piece = 0;
  #offset = 0;
  #length = 0;
  /**
   * Number of bytes at the front that have been searched for a line end. The search continues at the offset
   * `#searchOffset` of the piece with the index `#searchPiece`.
   */
  #searched = 0;
  #searchPiece = 0;
  #searchOffset = 0;
  /** The block that contains the last piece, if further short chunks may be copied into that block. */
  #block: { readonly bytes: Buffer; end: number } | undefined;
  #handledBytes = 0;

  get length(): number {
    return this.#length;
  }

  /** Number of bytes searched, copied or decoded so far. */
  get handledBytes(): number {
    return this.#handledBytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#length += chunk.length;
    if (this.#length === chunk.length || chunk.length >= shortPiece) {
      this.#block = undefined;
      this.#pieces.push(chunk);
    } else this.#append(chunk);
  }

  /**
   * Returns the byte at distance `place` from the front; undefined if that byte has not arrived. The method is slow for
   * a large `place`, because it walks through all pieces before the byte.
   */
  at(place: number): number | undefined {
    let index = this.#piece;
    let offset = this.#offset + place;
    for (let piece = this.#pieces[index]; piece !== undefined; piece = this.#pieces[++index]) {
      if (offset < piece.length) return piece[offset];
      offset -= piece.length;
    }
    return undefined;
  }

  /** Returns the length of the first line, without its line end; undefined if the line end has not arrived. */
  lineLength(): number | undefined {
    for (;;) {
      const piece = this.#pieces[this.#searchPiece];
      if (piece === undefined) return undefined;
      const found = piece.indexOf(lineFeed, this.#searchOffset);
      const end = found === -1 ? piece.length : found + 1;
      const before = found > 0 ? piece[found - 1] : this.#pieces[this.#searchPiece - 1]?.at(-1);
      this.#handledBytes += end - this.#searchOffset;
      this.#searched += end - this.#searchOffset;
      this.#searchOffset = end;
      if (found !== -1 && before === carriageReturn && this.#searched >= 2) return this.#searched - 2;
      if (found !== -1) continue;
      // More bytes may be appended to the last piece, so the next call continues the search in this piece.
      if (this.#searchPiece === this.#pieces.length - 1) return undefined;
      this.#searchPiece++;
      this.#searchOffset = 0;
    }
  }

  /**
   * Removes this many bytes from the front and returns them as text. The `ignored` bytes that follow are removed as
   * well. All of these bytes must have arrived.
   */
  takeText(bytes: number, ignored = 0): string {
    this.#handledBytes += bytes;
    const first = this.#pieces[this.#piece];
    if (first !== undefined && this.#offset + bytes <= first.length) {
      const text = first.toString('utf8', this.#offset, this.#offset + bytes);
      this.skip(bytes + ignored);
      return text;
    }
    const whole = Buffer.allocUnsafe(bytes);
    this.#handledBytes += bytes;
    for (let copied = 0; copied < bytes;) {
      const piece = this.#pieces[this.#piece] as Buffer;
      const count = Math.min(bytes - copied, piece.length - this.#offset);
      piece.copy(whole, copied, this.#offset, this.#offset + count);
      copied += count;
      this.skip(count);
    }
    this.skip(ignored);
    return whole.toString('utf8');
  }

  /** Removes this many bytes, all of which must have arrived, from the front. */
  skip(bytes: number): void {
    this.#length -= bytes;
    this.#offset += bytes;
    for (let piece = this.#pieces[this.#piece]; piece !== undefined && this.#offset >= piece.length;) {
      this.#offset -= piece.length;
      piece = this.#pieces[++this.#piece];
    }
    if (this.#length === 0) this.clear();
    else if (this.#piece > 64 && this.#piece * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#piece);
      this.#piece = 0;
    }
    this.#searched = 0;
    this.#searchPiece = this.#piece;
    this.#searchOffset = this.#offset;
  }

  clear(): void {
    this.#pieces = [];
    this.#piece = 0;
    this.#offset = 0;
    this.#length = 0;
    this.#searched = 0;
    this.#searchPiece = 0;
    this.#searchOffset = 0;
    this.#block = undefined;
  }

  #append(chunk: Buffer): void {
    this.#handledBytes += chunk.length;
    const block = this.#block;
    if (block === undefined || block.end + chunk.length > block.bytes.length) {
      const bytes = Buffer.allocUnsafe(blockBytes);
      chunk.copy(bytes);
      this.#block = { bytes, end: chunk.length };
      this.#pieces.push(bytes.subarray(0, chunk.length));
      return;
    }
    chunk.copy(block.bytes, block.end);
    block.end += chunk.length;
    this.#pieces[this.#pieces.length - 1] = block.bytes.subarray(0, block.end);
  }
}
