import { isReadCommand } from './contracts.ts';
import { keysOf } from './model/redis-model.ts';
import type { Operation } from './operation.ts';

/**
 * What a search assumes about an operation. `answered`: the operation happened, and its recorded reply counts;
 * `happened`: the operation happened, but its reply does not matter; `possible`: the operation happened at any time
 * after its invocation, or never.
 */
export type Claim = 'answered' | 'happened' | 'possible';

/** One operation of a search. Operations that have not been placed in the order yet form a linked list. */
export interface Entry {
  readonly operation: Operation;
  readonly claim: Claim;
  /**
   * The operation to run. For an optional operation (one whose `claim` is `possible`), `effect` contains only the
   * commands that change something, because the reply is unknown.
   */
  readonly effect: Operation;
  readonly keys: readonly string[];
  /**
   * The operation's number in the order of invocation. Optional operations (those whose `claim` is `possible`) and
   * definite operations (all others) are numbered separately.
   */
  readonly index: number;
  /**
   * A text that is equal for optional operations (those whose `claim` is `possible`) with the same effect; undefined
   * for all other operations.
   */
  readonly alike: string | undefined;
  readonly invokedAt: number;
  /** Infinity if `claim` is `possible`, because the operation may then happen at any later time. */
  readonly returnedAt: number;
  previous: Entry | undefined;
  next: Entry | undefined;
}

/** The operations that a search has not placed yet, in the order in which they were invoked. */
export class RemainingOperations {
  definiteLeft: number;
  readonly #first: Entry;
  readonly #definite: readonly Entry[];
  readonly #isPlaced: Uint8Array;
  readonly #optionalPlaced: number[] = [];
  #lowest = 0;

  /** `operations` must be in the order in which they were invoked. */
  constructor(operations: readonly Operation[], claimOf: (operation: Operation) => Claim) {
    const counts = { definite: 0, optional: 0 };
    const entries = operations.map((operation): Entry => {
      const claim = claimOf(operation);
      const isOptional = claim === 'possible';
      const changes = operation.commands.filter((command) => !isReadCommand(command));
      const effect = isOptional ? { ...operation, commands: changes } : operation;
      return {
        operation,
        claim,
        effect,
        keys: keysOf(effect),
        index: isOptional ? counts.optional++ : counts.definite++,
        alike: isOptional ? JSON.stringify(changes) : undefined,
        invokedAt: operation.invokedAt,
        returnedAt: isOptional ? Infinity : (operation.returnedAt ?? Infinity),
        previous: undefined,
        next: undefined,
      };
    });
    this.#first = headOf(entries);
    this.#definite = entries.filter(({ alike }) => alike === undefined);
    this.#isPlaced = new Uint8Array(this.#definite.length);
    this.definiteLeft = this.#definite.length;
  }

  /**
   * Returns the operations that may come next: those that were invoked before any other remaining operation had
   * returned.
   */
  available(): readonly Entry[] {
    const entries: Entry[] = [];
    let firstReturn = Infinity;
    for (let entry = this.#first.next; entry !== undefined; entry = entry.next) {
      if (entry.invokedAt > firstReturn) break;
      firstReturn = Math.min(firstReturn, entry.returnedAt);
      entries.push(entry);
    }
    return entries;
  }

  take(entry: Entry): void {
    if (entry.previous !== undefined) entry.previous.next = entry.next;
    if (entry.next !== undefined) entry.next.previous = entry.previous;
    if (entry.alike !== undefined) {
      this.#optionalPlaced.push(entry.index);
      return;
    }
    this.#isPlaced[entry.index] = 1;
    this.definiteLeft--;
    while (this.#isPlaced[this.#lowest] === 1) this.#lowest++;
  }

  /** Undoes `take`. Entries must be put back in the reverse of the order in which they were taken. */
  putBack(entry: Entry): void {
    if (entry.previous !== undefined) entry.previous.next = entry;
    if (entry.next !== undefined) entry.next.previous = entry;
    if (entry.alike !== undefined) {
      this.#optionalPlaced.pop();
      return;
    }
    this.#isPlaced[entry.index] = 0;
    this.definiteLeft++;
    this.#lowest = Math.min(this.#lowest, entry.index);
  }

  /**
   * Identifies the definite operations (those that certainly happened) that already have a place in the order. The text
   * contains the index of the first definite operation without a place, and the indexes of all later ones with a place.
   */
  get definitePlaced(): string {
    const lowest = this.#definite[this.#lowest];
    if (lowest === undefined) return 'all';
    let text = String(this.#lowest);
    for (let index = this.#lowest + 1; index < this.#definite.length; index++) {
      if ((this.#definite[index] as Entry).invokedAt > lowest.returnedAt) break;
      if (this.#isPlaced[index] === 1) text += `,${index}`;
    }
    return text;
  }

  get optionalPlaced(): ReadonlySet<number> {
    return new Set(this.#optionalPlaced);
  }
}

/**
 * Links the entries into a list. Returns the head of the list, which stands before the first entry and is
 * never taken itself.
 */
function headOf(entries: readonly Entry[]): Entry {
  const head = { next: entries[0] } as Entry;
  let previous = head;
  for (const entry of entries) {
    entry.previous = previous;
    previous.next = entry;
    previous = entry;
  }
  return head;
}
