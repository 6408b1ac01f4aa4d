import type { OutboxEntry } from '../write/entry.ts';

/** Why a write was given up. */
export type DeadReason = 'expired' | 'refused';

/** A write that was given up, as `deadLetters()` shows it. */
export interface DeadLetter {
  readonly id: string;
  readonly command: string;
  readonly args: readonly (string | Buffer)[];
  /** `expired`: older than `maxAgeMs`. `refused`: the server will never take the write. */
  readonly reason: DeadReason;
  /** The first word of the server's refusal, for example WRONGTYPE. */
  readonly code: string | undefined;
  readonly createdAt: Date;
  readonly diedAt: Date;
}

/** A dead letter as it is kept. */
export interface DeadEntry {
  readonly entry: OutboxEntry;
  readonly reason: DeadReason;
  readonly code: string | undefined;
  readonly diedAt: number;
}

/** One change of the kept writes and dead letters. */
export type JournalChange =
  | { readonly type: 'put'; readonly entry: OutboxEntry }
  | { readonly type: 'delete'; readonly seq: number }
  | { readonly type: 'bury'; readonly dead: DeadEntry }
  | { readonly type: 'unbury'; readonly seq: number };

/** What earlier runs of the process left in a journal. */
export interface JournalContents {
  readonly entries: readonly OutboxEntry[];
  readonly dead: readonly DeadEntry[];
  /** How many records could not be read; they were removed. */
  readonly corrupt: number;
}

/** Records the kept writes and dead letters, so that another run of the process finds them. */
export interface Journal {
  open(): Promise<JournalContents>;
  /** Applies all changes or none; resolves when they are safe. */
  write(changes: readonly JournalChange[]): Promise<void>;
  close(): Promise<void>;
}

/** The journal of an outbox in memory: it records nothing. */
export const noJournal: Journal = {
  open: () => Promise.resolve({ entries: [], dead: [], corrupt: 0 }),
  write: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
