import type { RemainingOperations } from './remaining-operations.ts';

/** About 500 MB of states at worst; a search that needs more would not end in useful time anyway. */
const mostStates = 1_000_000;

/** The states that a search has visited. */
export class VisitedStates {
  readonly #optionalPlaced = new Map<string, ReadonlySet<number>[]>();
  #count = 0;

  get isFull(): boolean {
    return this.#count > mostStates;
  }

  /**
   * Returns false if the search has visited this state, or a better one: with the same definite operations placed and
   * the same keyspace, but with optional operations to spare.
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
