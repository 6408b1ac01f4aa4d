/** How values become bytes and come back. */
export interface Serializer {
  serialize(value: unknown): string | Buffer;
  /** Throws when the bytes are not its own: the entry then counts as a miss, and is reported. */
  deserialize(data: Buffer): unknown;
}

/** The default: JSON, as UTF-8. What JSON cannot hold (Map, Date, BigInt) does not survive it. */
export const jsonSerializer: Serializer = {
  serialize: (value) => JSON.stringify(value),
  deserialize: (data) => JSON.parse(data.toString('utf8')) as unknown,
};
