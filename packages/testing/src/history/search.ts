import { isAllowed, keyspaceText, nothingStored, run } from './model/redis-model.ts';
import type { Keyspace } from './model/keyspace.ts';
import type { Operation } from './operation.ts';
import { RemainingOperations, type Claim, type Entry } from './remaining-operations.ts';
import { isDefinite } from './part.ts';
import type { Reply } from './reply.ts';
import { VisitedStates } from './visited-states.ts';

/** Whether the operations can be put into one order that explains all replies. */
export type SearchResult =
  | { readonly kind: 'ordered' }
  | { readonly kind: 'no-order'; readonly deadEnd: DeadEnd }
  /** There was not enough time. */
  | { readonly kind: 'undecided' };

/**
 * The farthest point that a search has reached: the longest order that it found, the operations whose turn would come
 * next but whose replies do not fit, and for each of these operations the reply that would fit.
 */
export interface DeadEnd {
  readonly order: readonly Operation[];
  readonly next: readonly { readonly operation: Operation; readonly expected: Reply }[];
}

interface Move {
  readonly entry: Entry;
  readonly keyspace: Keyspace;
  /**
   * Set if the move places an operation that may not have run, because its outcome is unknown. Placing such an
   * operation is useful only if the next operation that certainly ran uses at least one of the keys in `towards`.
   */
  readonly towards: Keys | undefined;
}

type Keys = ReadonlySet<string>;

interface Node {
  readonly moves: readonly Move[];
  tried: number;
  /** The operation whose placement led to this node of the search tree; undefined for the root. */
  readonly by: Entry | undefined;
}

/**
 * Checks linearizability with the algorithm of Wing and Gong, and remembers visited states as Lowe proposed.
 * The search repeatedly places an operation that may come next and whose reply fits, and backtracks if there is none.
 * Four shortcuts save time without changing the result:
 *
 * - An operation that changes nothing and whose reply fits is placed immediately.
 * - Of several equal operations that may not have run (optional operations), the oldest is placed first.
 * - An optional operation is placed only directly before an operation that uses its keys.
 * - A state that was already reached with fewer optional operations is not searched again.
 */
export function search(
  operations: readonly Operation[],
  deadline: Deadline,
  claimOf: (operation: Operation) => Claim = fullClaimOf,
): SearchResult {
  const remaining = new RemainingOperations(operations, claimOf);
  const visited = new VisitedStates();
  const stack: Node[] = [{ moves: movesAt(remaining, nothingStored, undefined), tried: 0, by: undefined }];
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
    const { entry, keyspace, towards } = move;
    remaining.take(entry);
    if (node.moves.length > 1 && !visited.add(remaining, stateText(keyspace, towards))) {
      remaining.putBack(entry);
      continue;
    }
    stack.push({ moves: movesAt(remaining, keyspace, towards), tried: 0, by: entry });
    if (remaining.definiteLeft < fewestLeft && isStuck(stack.at(-1))) {
      fewestLeft = remaining.definiteLeft;
      deadEnd = deadEndAt(remaining, stack, keyspace);
    }
  }
  return { kind: 'no-order', deadEnd };
}

/** The time limit of a search. */
export interface Deadline {
  isOver(): boolean;
}

/**
 * Returns the next steps that the search may try: operations that may come next and whose replies fit. Operations that
 * certainly happened come first in the list.
 */
function movesAt(
  remaining: RemainingOperations,
  keyspace: Keyspace,
  towards: Keys | undefined,
): readonly Move[] {
  const available = remaining.available();
  const moves: Move[] = [];
  const optional = new Map<string, Entry>();
  for (const entry of available) {
    const { operation, claim, alike, keys } = entry;
    if (alike !== undefined) {
      if (!optional.has(alike)) optional.set(alike, entry);
      continue;
    }
    if (towards !== undefined && !isAmong(keys, towards)) continue;
    const { reply, keyspace: next } = run(keyspace, operation);
    if (claim === 'answered' && !isAnswer(operation, reply)) continue;
    const move = { entry, keyspace: next, towards: undefined };
    if (next === keyspace) return [move];
    moves.push(move);
  }
  if (optional.size === 0) return moves;
  const others = [...optional.values()];
  for (const keys of towards === undefined ? keysAhead(available, others) : [towards]) {
    for (const entry of others) {
      if (!isAmong(entry.keys, keys)) continue;
      const next = run(keyspace, entry.effect).keyspace;
      if (next !== keyspace) moves.push({ entry, keyspace: next, towards: keys });
    }
  }
  return moves;
}

/**
 * Returns one set of keys for each operation that certainly ran and may come next. The set contains the operation's own
 * keys. If an operation that may not have run uses a key in the set, the set contains all keys of that operation, too.
 */
function keysAhead(available: readonly Entry[], optional: readonly Entry[]): readonly Keys[] {
  const found = new Map<string, Keys>();
  for (const { alike, keys } of available) {
    if (alike !== undefined) continue;
    const connected = new Set(keys);
    for (let size = 0; size < connected.size;) {
      size = connected.size;
      for (const other of optional) {
        if (isAmong(other.keys, connected)) for (const key of other.keys) connected.add(key);
      }
    }
    found.set([...connected].toSorted().join('\n'), connected);
  }
  return [...found.values()];
}

function isAmong(keys: readonly string[], among: Keys): boolean {
  return keys.some((key) => among.has(key));
}

function stateText(keyspace: Keyspace, towards: Keys | undefined): string {
  const text = keyspaceText(keyspace);
  return towards === undefined ? text : `${text}|${[...towards].join('\n')}`;
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
