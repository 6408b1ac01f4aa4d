import type { DeadEntry, DeadLetter } from './journal.ts';

/** The writes that the outbox gave up on. The number of dead letters is limited: the oldest ones are dropped first. */
export class DeadLetters {
  readonly #max: number;
  readonly #dead = new Map<number, DeadEntry>();

  constructor(max: number) {
    this.#max = max;
  }

  list(): readonly DeadLetter[] {
    return [...this.#dead.values()].map(({ entry, reason, code, diedAt }) => ({
      id: entry.id,
      command: entry.command,
      args: entry.args,
      reason,
      code,
      createdAt: new Date(entry.createdAt),
      diedAt: new Date(diedAt),
    }));
  }

  /** Adds a dead letter. Returns the dead letters that were dropped to make room. */
  add(dead: DeadEntry): readonly DeadEntry[] {
    this.#dead.set(dead.entry.seq, dead);
    const dropped: DeadEntry[] = [];
    for (const [seq, each] of this.#dead) {
      if (this.#dead.size <= this.#max) break;
      this.#dead.delete(seq);
      dropped.push(each);
    }
    return dropped;
  }

  /** Returns the dead letters with these ids; without ids, all of them. */
  select(ids: readonly string[] | undefined): readonly DeadEntry[] {
    const all = [...this.#dead.values()];
    return ids === undefined ? all : all.filter(({ entry }) => ids.includes(entry.id));
  }

  remove(dead: DeadEntry): void {
    this.#dead.delete(dead.entry.seq);
  }
}
