import type { Category } from '../../../packages/core/src/catalogue/category.ts';

/** One call, what it is, and whether it may be sent again. */
export interface CallCase {
  readonly call: string;
  readonly category: Category;
  readonly again: boolean;
  /** What the real server is given first, so that the call meets what it asks for. */
  readonly given: readonly string[];
  /** The second answer differs although it may be sent again: a count, an estimate. */
  readonly counts: boolean;
  /** Judged, and not run: Redis 7.0 does not know it, or it would break the server. */
  readonly notRun: boolean;
}

type Cell = readonly [call: string, ...given: string[]];

/** Cells that share a category and a verdict. */
export function cells(
  category: Category,
  again: boolean,
  calls: readonly Cell[],
  more: Partial<CallCase> = {},
): CallCase[] {
  return calls.map(([call, ...given]) => ({
    call,
    category,
    again,
    given,
    counts: false,
    notRun: false,
    ...more,
  }));
}

export const list = 'RPUSH l a b c a d e a';
export const zset = 'ZADD z 1 a 2 b 3 c 4 d 5 e';
export const stream = 'XADD s 1-1 f v';
export const group = 'XGROUP CREATE s g 0';
export const geo = 'GEOADD g 13.361389 38.115556 palermo 15.087269 37.502669 catania';
export const notRun = { notRun: true };
export const counts = { counts: true };
