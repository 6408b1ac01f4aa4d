/** Turns values into bytes and back. */
export interface Serializer {
  serialize(value: unknown): string | Buffer;
  /** Throws when it did not make these bytes: the entry then counts as a miss, and is reported as `corrupt`. */
  deserialize(data: Buffer): unknown;
}

/** The default: JSON, as UTF-8. Values that JSON cannot hold (Map, Date, BigInt) do not survive it. */
export const jsonSerializer: Serializer = {
  serialize: (value) => JSON.stringify(value),
  deserialize: (data) => JSON.parse(data.toString('utf8')) as unknown,
};
