import { isRead } from './contracts.ts';
import type { Operation } from './operation.ts';
import { isDefinite } from './part.ts';
import { search, type DeadEnd, type Deadline } from './search.ts';

/** A small part of a history, in which no order of the operations explains all replies. */
export interface Shrunk {
  readonly operations: readonly Operation[];
  /** The farthest point that a search reaches in the operations up to the first reply that no order explains. */
  readonly deadEnd: DeadEnd;
}

type Operations = ReadonlySet<Operation>;

/**
 * Finds a few replies that no order explains, even if all other replies are ignored, and the operations that are needed
 * to show that. If time runs out first, the result contains more replies and operations than necessary.
 */
export function shrink(operations: readonly Operation[], deadEnd: DeadEnd, deadline: Deadline): Shrunk {
  const whole = { begun: new Set(operations), returned: new Set(operations.filter(isDefinite)), deadEnd };
  const { begun, returned, ...beginning } = beginningOf(operations, deadline) ?? whole;
  let last = beginning.deadEnd;
  // Replies to reads are removed first, because a reply to a write, for example to INCR, shows more clearly which
  // writes came before.
  const inOrder = [...returned].toSorted((left, right) => Number(isRead(right)) - Number(isRead(left)));
  const answered = smallest(new Set(inOrder), deadline, (fewer) => {
    const found = deadEndOf(begun, fewer, returned, deadline);
    if (found !== undefined) last = found;
    return found !== undefined;
  });
  const hasNoOrder = (part: Operations): boolean =>
    deadEndOf(new Set([...answered, ...part]), answered, returned, deadline) !== undefined;
  const others = new Set([...begun].filter((operation) => !answered.has(operation) && !isRead(operation)));
  const needed = hasNoOrder(others) ? smallest(others, deadline, hasNoOrder) : others;
  const steps = new Set([...needed, ...last.order.slice(-shownSteps)]);
  const shown = hasNoOrder(steps) ? steps : needed;
  return {
    operations: operations.filter((operation) => answered.has(operation) || shown.has(operation)),
    deadEnd: last,
  };
}

/**
 * Number of steps to show in addition to the necessary operations: the last steps of the longest order, which make the
 * violation easier to understand.
 */
const shownSteps = 3;

interface Beginning {
  readonly begun: Operations;
  readonly returned: Operations;
  readonly deadEnd: DeadEnd;
}

/** Returns the shortest beginning of the history that no order explains; undefined if none was found. */
function beginningOf(operations: readonly Operation[], deadline: Deadline): Beginning | undefined {
  const definite = operations.filter(isDefinite);
  const returns = definite.map(returnOf).toSorted((left, right) => left - right);
  let shortest: Beginning | undefined;
  let [low, high] = [0, returns.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const end = returns[middle] ?? Infinity;
    const begun = new Set(operations.filter(({ invokedAt }) => invokedAt <= end));
    const returned = new Set(definite.filter((operation) => returnOf(operation) <= end));
    const deadEnd = deadEndOf(begun, returned, returned, deadline);
    if (deadEnd !== undefined) shortest = { begun, returned, deadEnd };
    if (deadEnd === undefined) low = middle + 1;
    else high = middle - 1;
  }
  return shortest;
}

/** Removes as many operations as possible such that `isEnough` still holds for the rest. */
function smallest(
  operations: Operations,
  deadline: Deadline,
  isEnough: (fewer: Operations) => boolean,
): Operations {
  const all = [...operations];
  let kept = operations;
  for (let size = all.length; size >= 1; size >>= 1) {
    for (let from = 0; from < all.length && !deadline.isOver(); from += size) {
      const chunk = new Set(all.slice(from, from + size));
      const fewer = new Set([...kept].filter((operation) => !chunk.has(operation)));
      if (fewer.size < kept.size && isEnough(fewer)) kept = fewer;
    }
  }
  return kept;
}

/** Maximum number of steps in one search: with many operations that may not have run, a search could take practically forever. */
const stepsPerAttempt = 20_000;

/**
 * Searches for an order of `operations`. Those in `answered` must get their recorded replies, those in `returned` must
 * have happened, and all others need not have happened. If there is no such order, returns the farthest point that the
 * search reached. Returns undefined if there is such an order, or if the search ended too early to tell.
 */
function deadEndOf(
  operations: Operations,
  answered: Operations,
  returned: Operations,
  deadline: Deadline,
): DeadEnd | undefined {
  let steps = 0;
  const limited = { isOver: () => ++steps > stepsPerAttempt || deadline.isOver() };
  const telling = [...operations].filter((operation) => answered.has(operation) || !isRead(operation));
  const inOrder = telling.toSorted((left, right) => left.invokedAt - right.invokedAt);
  const result = search(inOrder, limited, (operation) => {
    if (answered.has(operation)) return 'answered';
    return returned.has(operation) ? 'happened' : 'possible';
  });
  return result.kind === 'no-order' ? result.deadEnd : undefined;
}

function returnOf({ returnedAt = Infinity }: Operation): number {
  return returnedAt;
}
