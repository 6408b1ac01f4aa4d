import { isReadCommand } from './contracts.ts';
import { keysOf } from './model/redis-model.ts';
import type { Operation } from './operation.ts';

/**
 * What a search takes as given. `answered`: the operation happened, and answered what it did; `happened`: its answer
 * does not matter; `possible`: it happened at any time after its invocation, or never.
 */
export type Claim = 'answered' | 'happened' | 'possible';

/** One operation of a search, in the list of those that have no place yet. */
export interface Entry {
  readonly operation: Operation;
  readonly claim: Claim;
  /** What runs: of an optional operation, whose answer nobody knows, only what changes something. */
  readonly effect: Operation;
  readonly keys: readonly string[];
  /** Its place in the order of invocation; definite and optional operations are counted each by themselves. */
  readonly index: number;
  /** The same text for optional operations that do the same; undefined for those that happened. */
  readonly alike: string | undefined;
  readonly invokedAt: number;
  /** Infinity for an optional operation, which may come at any later time. */
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

  /** `operations` in the order in which they were invoked. */
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

  /** Those before which no other one must come: they were invoked before any of the rest had returned. */
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

  /** In the reverse order in which they were taken. */
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

  /** The same text when the same definite operations have a place: all before the lowest, and these of the later ones. */
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

/** A first entry that is never taken, with the others behind it. */
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
