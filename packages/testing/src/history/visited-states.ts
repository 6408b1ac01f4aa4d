import type { RemainingOperations } from './remaining-operations.ts';

/**
 * Maximum number of states to remember, about 500 MB at worst. A search that needs more states would take too long to
 * be useful anyway.
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
   * Returns false if the search has already visited this state or a better one: one with the same keyspace and the same
   * definite operations placed, but with fewer optional operations used.
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
