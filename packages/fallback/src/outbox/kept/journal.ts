import type { OutboxEntry } from '../write/entry.ts';

/** Why the outbox gave up on a write. */
export type DeadReason = 'expired' | 'refused';

/** A write that the outbox gave up on, as `deadLetters()` returns it. */
export interface DeadLetter {
  readonly id: string;
  readonly command: string;
  readonly args: readonly (string | Buffer)[];
  /** `expired`: older than `maxAgeMs`. `refused`: the server will never accept the write. */
  readonly reason: DeadReason;
  /** The first word of the server's error reply, for example WRONGTYPE. */
  readonly code: string | undefined;
  readonly createdAt: Date;
  readonly diedAt: Date;
}

/** A dead letter as it is stored. */
export interface DeadEntry {
  readonly entry: OutboxEntry;
  readonly reason: DeadReason;
  readonly code: string | undefined;
  readonly diedAt: number;
}

/**
 * One change to the pending writes or dead letters. `put` stores or replaces a pending write, and `delete` removes it.
 * `bury` stores a dead letter, and `unbury` removes it.
 */
export type JournalChange =
  | { readonly type: 'put'; readonly entry: OutboxEntry }
  | { readonly type: 'delete'; readonly seq: number }
  | { readonly type: 'bury'; readonly dead: DeadEntry }
  | { readonly type: 'unbury'; readonly seq: number };

/** What earlier runs of the process left in a journal. */
export interface JournalContents {
  readonly entries: readonly OutboxEntry[];
  readonly dead: readonly DeadEntry[];
  /** Number of unreadable records, which were removed. */
  readonly corrupt: number;
}

/** Records the pending writes and dead letters, so that a later run of the process finds them. */
export interface Journal {
  open(): Promise<JournalContents>;
  /**
   * Applies all changes or none. Resolves when the changes are stored, so that a later run of the process finds them.
   */
  write(changes: readonly JournalChange[]): Promise<void>;
  close(): Promise<void>;
}

/** The journal of an in-memory outbox: it records nothing. */
export const noJournal: Journal = {
  open: () => Promise.resolve({ entries: [], dead: [], corrupt: 0 }),
  write: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
