/** Converts values to bytes and back. */
export interface Serializer {
  serialize(value: unknown): string | Buffer;
  /** Must throw for bytes that it did not create: the entry then counts as a miss, and is reported as `corrupt`. */
  deserialize(data: Buffer): unknown;
}

/** The default serializer: JSON, as UTF-8. Values that JSON cannot represent (Map, Date, BigInt) do not survive. */
export const jsonSerializer: Serializer = {
  serialize: (value) => JSON.stringify(value),
  deserialize: (data) => JSON.parse(data.toString('utf8')) as unknown,
};
