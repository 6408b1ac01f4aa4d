import { constants } from 'node:buffer';
import v8 from 'node:v8';
import { countOf } from '../options/option-readers.ts';
import { checkKeys, withDefaults, type OptionReader } from '../options/validate-options.ts';

/** How much a peer may make a reader hold. A reply over a limit is a `ProtocolError`. */
export interface ReplyLimits {
  /** Longest line: a simple string, an error, a number or a length. Default 64 KiB. */
  readonly maxLineBytes: number;
  /** Deepest nesting of lists. Default 64. */
  readonly maxDepth: number;
  /** Most elements of one reply, those of nested lists included; a map entry counts as two. Default 4,194,304. */
  readonly maxElements: number;
  /** Largest whole reply, in bytes on the wire. Default 256 MiB; at most the longest string of Node, some 512 MiB. */
  readonly maxReplyBytes: number;
}

export const defaultReplyLimits: ReplyLimits = Object.freeze({
  maxLineBytes: 64 * 1024,
  maxDepth: 64,
  maxElements: 4 * 1024 * 1024,
  maxReplyBytes: 256 * 1024 * 1024,
});

/**
 * The limits for what a driver is given. Its parser makes an object of each element, so their number depends on the
 * heap; a status or an error may be longer than those of the server itself, because scripts write them too.
 */
export function driverReplyLimits(maxReplyBytes: number): ReplyLimits {
  const maxElements = Math.floor(v8.getHeapStatistics().heap_size_limit / heapBytesPerElement);
  return { maxLineBytes: 1024 * 1024, maxDepth: 512, maxElements, maxReplyBytes };
}

const heapBytesPerElement = 512;

/** @throws ConfigurationError for an unknown limit, or one that is not a whole number in its range */
export function resolveReplyLimits(limits: Partial<ReplyLimits>): ReplyLimits {
  checkKeys(limits, readers, 'limits');
  return withDefaults(defaultReplyLimits, limits);
}

const readers: Readonly<Record<keyof ReplyLimits, OptionReader>> = {
  maxLineBytes: countOf(1, constants.MAX_STRING_LENGTH),
  maxDepth: countOf(1, 1_000_000),
  maxElements: countOf(1, 2 ** 32 - 1),
  maxReplyBytes: countOf(1, constants.MAX_STRING_LENGTH),
};
