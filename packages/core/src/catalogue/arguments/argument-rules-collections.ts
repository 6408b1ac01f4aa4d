import { integerAt, textAt, wordAt } from './argument-words.ts';
import type { ArgumentRule, Effect } from '../effect.ts';
import { worseEffect } from '../effect.ts';

/** Rules for commands on lists, sorted sets and streams. */
export const collectionRules: Readonly<Record<string, ArgumentRule>> = {
  lrem,
  ltrim,
  zadd,
  geoadd: zadd,
  zremrangebyrank,
  xadd,
};

// ZADD with INCR accumulates. With NX or CH, the reply tells the caller of ZADD whether another caller had already
// added the member. With XX, GT or LT, a second ZADD leaves the same scores.
const zaddFlags: ReadonlyMap<string, Effect> = new Map([
  ['INCR', 'write-accumulating'],
  ['NX', 'write-checked'],
  ['CH', 'write-checked'],
  ['XX', 'write-checked-safe'],
  ['GT', 'write-checked-safe'],
  ['LT', 'write-checked-safe'],
]);

function zadd(args: readonly unknown[]): Effect {
  let effect: Effect = 'write-last-wins';
  for (let index = 1; index < args.length; index++) {
    const flag = zaddFlags.get(wordAt(args, index));
    if (flag === undefined) return effect;
    effect = worseEffect(effect, flag);
  }
  return 'never';
}

// LREM with count 0 removes all equal elements, and leaves none for a second run; LREM with any other count removes
// more elements in a second run.
function lrem(args: readonly unknown[]): Effect {
  return integerAt(args, 1) === 0 ? 'write-checked' : 'write-accumulating';
}

// A second LTRIM that keeps the first or the last n elements leaves the list unchanged; any other LTRIM may remove more
// elements when it is repeated.
function ltrim(args: readonly unknown[]): Effect {
  const start = integerAt(args, 1);
  const stop = integerAt(args, 2);
  const keepsFirst = start === 0 && stop >= 0;
  const keepsLast = start <= 0 && stop === -1;
  return keepsFirst || keepsLast ? 'write-last-wins' : 'write-accumulating';
}

// After a ZREMRANGEBYRANK that removed all but the first or the last n members, a second one finds nothing to remove.
function zremrangebyrank(args: readonly unknown[]): Effect {
  const start = integerAt(args, 1);
  const stop = integerAt(args, 2);
  const keepsFirst = start >= 0 && stop === -1;
  const keepsLast = start === 0 && stop < 0;
  return keepsFirst || keepsLast ? 'write-checked-safe' : 'write-accumulating';
}

const xaddFlags = new Set(['NOMKSTREAM', 'KEEPREF', 'DELREF', 'ACKED']);

// A second XADD with IDMP returns the id of the entry that the first one added. A second XADD with the same full id
// fails. A second XADD with `*` or `5-*` adds another entry.
function xadd(args: readonly unknown[]): Effect {
  let index = 1;
  for (; index < args.length; index++) {
    const word = wordAt(args, index);
    if (word === 'IDMP' || word === 'IDMPAUTO') return 'write-checked-safe';
    if (word === 'LIMIT') index += 1;
    else if (word === 'MAXLEN' || word === 'MINID') index += /^[=~]$/.test(wordAt(args, index + 1)) ? 2 : 1;
    else if (!xaddFlags.has(word)) break;
  }
  return /^\d+(-\d+)?$/.test(textAt(args, index)) ? 'write-checked' : 'write-accumulating';
}
