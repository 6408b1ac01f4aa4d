import { isRead } from './contracts.ts';
import { keysOf } from './model/redis-model.ts';
import type { Operation } from './operation.ts';

/**
 * Operations that may affect each other: any two of them have a key in common, or are linked by a chain of operations,
 * each of which has a key in common with the next.
 */
export interface Part {
  readonly keys: readonly string[];
  readonly operations: readonly Operation[];
}

/**
 * Whether an operation certainly happened and got the recorded reply. An operation without a recorded reply may or may
 * not have happened.
 */
export function isDefinite({ result }: Operation): boolean {
  return result.kind === 'answered';
}

/**
 * Divides a history into parts that can be checked independently. Operations that certainly had no effect are left out.
 */
export function partsOf(history: readonly Operation[]): readonly Part[] {
  const groups = new KeyGroups();
  const relevant = history
    .filter(isRelevant)
    .map((operation) => ({ operation, places: placesOf(operation) }));
  for (const { places } of relevant) groups.join(places);
  const parts = new Map<string, { keys: Set<string>; operations: Operation[] }>();
  for (const { operation, places } of relevant) {
    const name = groups.nameOf(places[0] ?? '');
    const part = parts.get(name) ?? { keys: new Set(), operations: [] };
    for (const key of keysOf(operation)) part.keys.add(key);
    part.operations.push(operation);
    parts.set(name, part);
  }
  return [...parts.values()].map(({ keys, operations }) => ({
    keys: [...keys],
    operations: operations.toSorted((left, right) => left.invokedAt - right.invokedAt),
  }));
}

function isRelevant(operation: Operation): boolean {
  const { result, isTransaction } = operation;
  if (result.kind === 'failed' && result.outcome !== 'unknown') return false;
  // A MULTI with the reply null did not run, because a key that was watched (WATCH) had changed.
  if (isTransaction && result.kind === 'answered' && result.reply === null) return false;
  return isDefinite(operation) || !isRead(operation);
}

// The same key in two databases counts as two keys.
function placesOf(operation: Operation): readonly string[] {
  return keysOf(operation).map((key) => JSON.stringify([operation.database ?? null, key]));
}

/** Groups of keys. All keys that one operation uses are in the same group. */
class KeyGroups {
  readonly #parents = new Map<string, string>();

  join(places: readonly string[]): void {
    const [first = '', ...others] = places;
    const name = this.nameOf(first);
    for (const place of others) this.#parents.set(this.nameOf(place), name);
  }

  nameOf(place: string): string {
    let name = place;
    for (let parent = this.#parents.get(name); parent !== undefined && parent !== name;) {
      name = parent;
      parent = this.#parents.get(name);
    }
    return name;
  }
}
