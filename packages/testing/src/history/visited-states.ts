import type { RemainingOperations } from './remaining-operations.ts';

/**
 * Maximum number of states to remember, about 500 MB at worst. A search that reaches the maximum gives up: it would
 * take too long to be useful even with more memory.
 */
const mostStates = 1_000_000;

/** The states that a search has visited. */
export class VisitedStates {
  readonly #optionalPlaced = new Map<string, ReadonlySet<number>[]>();
  #count = 0;

  get isFull(): boolean {
    return this.#count > mostStates;
  }

  /**
   * Returns false if the search has already visited this state or a better one. A better state has the same keyspace,
   * and its order contains the same operations that certainly ran, but fewer of those that may not have run.
   */
  add(remaining: RemainingOperations, keyspaceText: string): boolean {
    const place = `${remaining.definitePlaced}|${keyspaceText}`;
    const { optionalPlaced } = remaining;
    const known = this.#optionalPlaced.get(place);
    if (known === undefined) this.#optionalPlaced.set(place, [optionalPlaced]);
    else if (known.some((fewer) => isSubset(fewer, optionalPlaced))) return false;
    else known.push(optionalPlaced);
    this.#count++;
    return true;
  }
}

function isSubset(left: ReadonlySet<number>, right: ReadonlySet<number>): boolean {
  if (left.size > right.size) return false;
  for (const item of left) if (!right.has(item)) return false;
  return true;
}
