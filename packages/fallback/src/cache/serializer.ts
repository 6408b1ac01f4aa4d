import { warnOfLoss } from './lossy-value.ts';

/** Converts values to bytes and back. */
export interface Serializer {
  serialize(value: unknown): string | Buffer;
  /**
   * Must throw for bytes that `serialize` did not create, so that the entry counts as a miss and is reported as
   * `corrupt`.
   */
  deserialize(data: Buffer): unknown;
}

/**
 * The default serializer: JSON, as UTF-8. A Date comes back as a string, and a Map as an empty object. A value that
 * contains a BigInt cannot be cached.
 */
export const jsonSerializer: Serializer = {
  serialize: (value) => {
    warnOfLoss(value);
    return JSON.stringify(value);
  },
  deserialize: (data) => JSON.parse(data.toString('utf8')) as unknown,
};
