import type { Category } from '../../../packages/core/src/catalogue/category.ts';

/** One call, its category, and whether it may be sent again. */
export interface CallCase {
  readonly call: string;
  readonly category: Category;
  readonly again: boolean;
  /** Commands that the real server runs before the call, so that the call finds the data it needs. */
  readonly given: readonly string[];
  /** Whether a second run replies differently although the call is safe to repeat, as for a count or an estimate. */
  readonly counts: boolean;
  /**
   * Whether the call is only classified and never run, because Redis 7.0 does not know the command, or because the
   * command would break the server.
   */
  readonly notRun: boolean;
}

type Cell = readonly [call: string, ...given: string[]];

/** Creates call cases that share a category and the verdict whether they may be sent again. */
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
