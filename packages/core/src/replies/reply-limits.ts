import { constants } from 'node:buffer';
import v8 from 'node:v8';
import { countOf } from '../options/option-readers.ts';
import { checkKeys, withDefaults, type OptionReader } from '../options/validate-options.ts';

/**
 * Limits on the amount of data that a peer can force a reader to buffer. A reply that exceeds a limit causes a
 * `ProtocolError`.
 */
export interface ReplyLimits {
  /** Maximum length of a line in bytes. A line is a simple string, an error, a number or a length. Default 64 KiB. */
  readonly maxLineBytes: number;
  /** Maximum nesting depth of aggregates. Default 64. */
  readonly maxDepth: number;
  /**
   * Maximum number of elements in one reply, including those of nested aggregates; a map entry counts as two. Default
   * 4,194,304.
   */
  readonly maxElements: number;
  /**
   * Maximum size of a complete reply, in bytes on the wire. Default 256 MiB. Cannot exceed Node's maximum string
   * length, about 512 MiB.
   */
  readonly maxReplyBytes: number;
}

export const defaultReplyLimits: ReplyLimits = Object.freeze({
  maxLineBytes: 64 * 1024,
  maxDepth: 64,
  maxElements: 4 * 1024 * 1024,
  maxReplyBytes: 256 * 1024 * 1024,
});

/**
 * Returns the limits for replies that a driver parses. The driver's parser creates an object for each element, so the
 * maximum number of elements depends on the size of the heap. A line may be far longer than any status or error of the
 * server itself, because scripts return statuses and errors too.
 */
export function driverReplyLimits(maxReplyBytes: number): ReplyLimits {
  if (ofDriver?.maxReplyBytes !== maxReplyBytes) {
    const maxElements = Math.floor(v8.getHeapStatistics().heap_size_limit / heapBytesPerElement);
    ofDriver = { maxLineBytes: 1024 * 1024, maxDepth: 512, maxElements, maxReplyBytes };
  }
  return ofDriver;
}

/**
 * The limits that `driverReplyLimits` returned last, kept because most processes use one `maxReplyBytes` for all
 * connections.
 */
let ofDriver: ReplyLimits | undefined;

const heapBytesPerElement = 512;

/**
 * Validates the limits and fills in the defaults.
 *
 * @throws {@link ConfigurationError} for an unknown limit, or one that is not a whole number in its range
 */
export function resolveReplyLimits(limits: Partial<ReplyLimits>): ReplyLimits {
  if (resolved.has(limits)) return limits as ReplyLimits;
  checkKeys(limits, readers, 'limits');
  const complete = withDefaults(defaultReplyLimits, limits);
  resolved.add(complete);
  return complete;
}

/** The limits that have been validated, which are frozen. */
const resolved = new WeakSet<Partial<ReplyLimits>>();

const readers: Readonly<Record<keyof ReplyLimits, OptionReader>> = {
  maxLineBytes: countOf(1, constants.MAX_STRING_LENGTH),
  maxDepth: countOf(1, 1_000_000),
  maxElements: countOf(1, 2 ** 32 - 1),
  maxReplyBytes: countOf(1, constants.MAX_STRING_LENGTH),
};
