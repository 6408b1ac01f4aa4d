import type { DeadLetter } from './kept/journal.ts';
import type { OutboxEvents } from './outbox-events.ts';

/** What happened to a write that was added. */
export type Receipt =
  | { readonly state: 'applied'; readonly id: string; readonly reply: unknown }
  | { readonly state: 'kept'; readonly id: string }
  | { readonly state: 'dropped'; readonly id: string };

/** Options of one `add`. */
export interface AddOptions {
  /**
   * Your own name for this write. Two adds with one name are one write, also from another run of the process: it is
   * applied once. A write with a name is never merged with others. Default: a random name.
   */
  readonly id?: string;
}

/** Writes that reach Redis now, or when it is back. */
export interface Outbox {
  /** How many writes are kept now, and their bytes. */
  readonly size: number;
  readonly bytes: number;
  /**
   * Applies the write now, or keeps it. Resolves when the write is safe in Redis or in the outbox. Arguments are
   * strings, numbers and buffers.
   *
   * @throws {@link ConfigurationError} for a write that cannot be kept, {@link OverloadedError} when the outbox is full,
   * or the error with which the server refused the write
   */
  add(command: string, args: readonly unknown[], options?: AddOptions): Promise<Receipt>;
  /**
   * Resolves when no write is kept any more.
   *
   * @throws {@link CommandTimeoutError} after `timeoutMs` (default: no limit), {@link RedisUnavailableError} when the
   * outbox is closed first
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Resolves when the writes of earlier runs have been read; `add` waits for that by itself.
   *
   * @throws {@link ConfigurationError} when the folder `path` cannot be opened
   */
  ready(): Promise<void>;
  /** Writes that were given up, oldest first. */
  deadLetters(): readonly DeadLetter[];
  /** Puts dead letters back among the writes to be applied: all, or those with these ids. Gives their number. */
  replay(ids?: readonly string[]): Promise<number>;
  /** Removes dead letters: all, or those with these ids. Gives their number. */
  discard(ids?: readonly string[]): Promise<number>;
  /** Adds a listener; the returned function removes it. */
  on<E extends keyof OutboxEvents>(event: E, listener: (payload: OutboxEvents[E]) => void): () => void;
  /**
   * Waits up to `drainMs` (default 0) for Redis to take the kept writes, then stops. A durable outbox keeps the rest for
   * its next start; one in memory reports each as `dropped`. Does not close the resilience.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}
