import { ok, outOfRange, wrongType, type KeyCommand, type Step, type Value } from './value.ts';

export const listCommands: Readonly<Record<string, KeyCommand>> = {
  lpush: (value, added) => onList(value, (items) => pushed([...added.toReversed(), ...items])),
  rpush: (value, added) => onList(value, (items) => pushed([...items, ...added])),
  lpop: (value, [count]) => onList(value, (items) => popped(items, 'left', count)),
  rpop: (value, [count]) => onList(value, (items) => popped(items, 'right', count)),
  llen: (value) => onList(value, (items) => ({ reply: String(items.length), value })),
  lindex: (value, [at = '0']) => onList(value, (items) => ({ reply: items.at(Number(at)) ?? null, value })),
  lrange: (value, [from = '0', to = '-1']) =>
    onList(value, (items) => ({ reply: rangeOf(items, Number(from), Number(to)), value })),
  lrem: (value, [count = '0', item = '']) => onList(value, (items) => without(items, Number(count), item)),
  ltrim: (value, [from = '0', to = '-1']) =>
    onList(value, (items) => ({ reply: ok, value: held(rangeOf(items, Number(from), Number(to))) })),
};

/** Pops one item, or at most `count` of them, from one end of a list. */
export function popped(items: readonly string[], end: 'left' | 'right', count?: string): Step {
  if (count !== undefined && !/^\d+$/.test(count)) return { reply: outOfRange, value: held(items) };
  if (items.length === 0) return { reply: null, value: undefined };
  const taken = Number(count ?? 1);
  const [gone, kept] =
    end === 'left'
      ? [items.slice(0, taken), items.slice(taken)]
      : [
          items.slice(Math.max(0, items.length - taken)).toReversed(),
          items.slice(0, Math.max(0, items.length - taken)),
        ];
  return { reply: count === undefined ? (gone[0] ?? null) : gone, value: held(kept) };
}

export function onList(value: Value | undefined, act: (items: readonly string[]) => Step): Step {
  if (value === undefined) return act([]);
  return Array.isArray(value) ? act(value) : { reply: wrongType, value };
}

function pushed(items: readonly string[]): Step {
  return { reply: String(items.length), value: items };
}

function rangeOf(items: readonly string[], from: number, to: number): readonly string[] {
  return items.slice(from, to === -1 ? undefined : to + 1);
}

/**
 * Removes `count` occurrences of an item from the left or, if `count` is negative, from the right; with 0, removes all.
 */
function without(items: readonly string[], count: number, item: string): Step {
  const ordered = count < 0 ? items.toReversed() : items;
  let left = count === 0 ? Infinity : Math.abs(count);
  const kept = ordered.filter((each) => each !== item || left-- <= 0);
  const next = count < 0 ? kept.toReversed() : kept;
  return { reply: String(items.length - next.length), value: held(next) };
}

function held(items: readonly string[]): Value | undefined {
  return items.length === 0 ? undefined : items;
}
