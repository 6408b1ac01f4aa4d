import { isAllowed, keyspaceText, nothingStored, run } from './model/redis-model.ts';
import type { Keyspace } from './model/keyspace.ts';
import type { Operation } from './operation.ts';
import { RemainingOperations, type Claim, type Entry } from './remaining-operations.ts';
import { isDefinite } from './part.ts';
import type { Reply } from './reply.ts';
import { VisitedStates } from './visited-states.ts';

/** Whether the operations can be put into one order that explains all answers. */
export type SearchResult =
  | { readonly kind: 'ordered' }
  | { readonly kind: 'no-order'; readonly deadEnd: DeadEnd }
  /** The time was up. */
  | { readonly kind: 'undecided' };

/** How far the search came at best: the order so far, and what the next operations would have had to answer. */
export interface DeadEnd {
  readonly order: readonly Operation[];
  readonly next: readonly { readonly operation: Operation; readonly expected: Reply }[];
}

interface Move {
  readonly entry: Entry;
  readonly keyspace: Keyspace;
}

interface Node {
  readonly moves: readonly Move[];
  tried: number;
  /** The operation that led here. */
  readonly by: Entry | undefined;
}

/**
 * Wing and Gong's search with Lowe's memory of visited states: takes one operation after the other that may come next
 * and answers as it did, and goes back where none is left. Three shortcuts keep the result: an operation that changes
 * nothing and answers as it did is taken at once; of optional operations that are alike, the oldest goes first; a state
 * reached before with fewer of the optional operations is not searched again.
 */
export function search(
  operations: readonly Operation[],
  deadline: Deadline,
  claimOf: (operation: Operation) => Claim = fullClaimOf,
): SearchResult {
  const remaining = new RemainingOperations(operations, claimOf);
  const visited = new VisitedStates();
  const stack: Node[] = [{ moves: movesAt(remaining, nothingStored), tried: 0, by: undefined }];
  let deadEnd: DeadEnd = deadEndAt(remaining, stack, nothingStored);
  let fewestLeft = remaining.definiteLeft;
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    if (remaining.definiteLeft === 0) return { kind: 'ordered' };
    const move = node.moves[node.tried++];
    if (move === undefined) {
      stack.pop();
      if (node.by !== undefined) remaining.putBack(node.by);
      continue;
    }
    if (deadline.isOver() || visited.isFull) return { kind: 'undecided' };
    const { entry, keyspace } = move;
    remaining.take(entry);
    if (node.moves.length > 1 && !visited.add(remaining, keyspaceText(keyspace))) {
      remaining.putBack(entry);
      continue;
    }
    stack.push({ moves: movesAt(remaining, keyspace), tried: 0, by: entry });
    if (remaining.definiteLeft < fewestLeft && isStuck(stack.at(-1))) {
      fewestLeft = remaining.definiteLeft;
      deadEnd = deadEndAt(remaining, stack, keyspace);
    }
  }
  return { kind: 'no-order', deadEnd };
}

/** The end of the time that a search may take. */
export interface Deadline {
  isOver(): boolean;
}

/** The operations that may come next, those that must have happened first. */
function movesAt(remaining: RemainingOperations, keyspace: Keyspace): readonly Move[] {
  const definite: Move[] = [];
  const optional: Move[] = [];
  const seen = new Set<string>();
  for (const entry of remaining.available()) {
    const { operation, claim, alike } = entry;
    if (alike === undefined) {
      const { reply, keyspace: next } = run(keyspace, operation);
      if (claim === 'answered' && !isAnswer(operation, reply)) continue;
      if (next === keyspace) return [{ entry, keyspace }];
      definite.push({ entry, keyspace: next });
    } else if (!seen.has(alike)) {
      seen.add(alike);
      const next = run(keyspace, operation).keyspace;
      if (next !== keyspace) optional.push({ entry, keyspace: next });
    }
  }
  return optional.length === 0 ? definite : [...definite, ...optional];
}

function isStuck(node: Node | undefined): boolean {
  return node?.moves.every(({ entry }) => entry.alike !== undefined) === true;
}

function deadEndAt(remaining: RemainingOperations, path: readonly Node[], keyspace: Keyspace): DeadEnd {
  const waiting = remaining.available().filter(({ claim }) => claim === 'answered');
  const next = waiting.map(({ operation }) => ({ operation, expected: run(keyspace, operation).reply }));
  return {
    order: path.flatMap(({ by }) => (by === undefined ? [] : [by.operation])),
    next: next.filter(({ operation, expected }) => !isAnswer(operation, expected)),
  };
}

function fullClaimOf(operation: Operation): Claim {
  return isDefinite(operation) ? 'answered' : 'possible';
}

function isAnswer(operation: Operation, expected: Reply): boolean {
  const { result } = operation;
  return result.kind === 'answered' && isAllowed(operation, expected, result.reply);
}
