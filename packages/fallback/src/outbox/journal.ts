import type { OutboxEntry } from './entry.ts';

/** Why a write was given up. */
export type DeadReason = 'expired' | 'refused';

/** A write that was given up, with all that is needed to look at it and to try it again. */
export interface DeadLetter {
  readonly id: string;
  readonly command: string;
  readonly args: readonly (string | Buffer)[];
  /** `expired`: older than `maxAgeMs`. `refused`: the server will never take it. */
  readonly reason: DeadReason;
  /** The first word of the server's refusal: WRONGTYPE. */
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

/** One change of what is kept. */
export type JournalChange =
  | { readonly type: 'put'; readonly entry: OutboxEntry }
  | { readonly type: 'delete'; readonly seq: number }
  | { readonly type: 'bury'; readonly dead: DeadEntry }
  | { readonly type: 'unbury'; readonly seq: number };

/** What a journal remembers of earlier runs. */
export interface Remembered {
  readonly entries: readonly OutboxEntry[];
  readonly dead: readonly DeadEntry[];
  /** Records that could not be read; they were removed. */
  readonly corrupt: number;
}

/** Where kept writes survive the process, or do not. */
export interface Journal {
  open(): Promise<Remembered>;
  /** Applies the changes together or not at all; resolves when they are safe. */
  write(changes: readonly JournalChange[]): Promise<void>;
  close(): Promise<void>;
}

/** Remembers nothing: the outbox lives and dies with the process. */
export const forgetfulJournal: Journal = {
  open: () => Promise.resolve({ entries: [], dead: [], corrupt: 0 }),
  write: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
