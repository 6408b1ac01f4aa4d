import type { DeadLetter } from './kept/journal.ts';
import type { OutboxEvents } from './outbox-events.ts';

/**
 * What happened to a write that was passed to `add`. `applied`: Redis has applied the write and sent `reply`. `kept`:
 * the write is stored for later. `dropped`: the write was discarded, because the outbox is full and its option
 * `whenFull` is `newest`.
 */
export type Receipt =
  | { readonly state: 'applied'; readonly id: string; readonly reply: unknown }
  | { readonly state: 'kept'; readonly id: string }
  | { readonly state: 'dropped'; readonly id: string };

/** Options of a single `add` call. */
export interface AddOptions {
  /**
   * Your own id for this write. Two `add` calls with the same id are one write, which is applied once, even if they
   * come from different runs of the process. A write whose id you set is never merged with others. Default: a random
   * id.
   */
  readonly id?: string;
}

/** Sends writes to Redis, immediately or when Redis is back. */
export interface Outbox {
  /** Number of pending writes. */
  readonly size: number;
  /** Total size of the pending writes, in bytes. */
  readonly bytes: number;
  /**
   * Applies the write now, or stores it for later. Resolves when the write is safe, in Redis or in the outbox.
   * Arguments are strings, numbers and buffers.
   *
   * @throws {@link ConfigurationError} for a write that the outbox cannot store, {@link OverloadedError} when the
   * outbox is full, or the error with which the server refused the write
   */
  add(command: string, args: readonly unknown[], options?: AddOptions): Promise<Receipt>;
  /**
   * Resolves when no write is pending.
   *
   * @throws {@link CommandTimeoutError} after `timeoutMs` (default: no limit), {@link RedisUnavailableError} when the
   * outbox is closed first
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Resolves when the writes of earlier runs have been read; `add` waits for that itself.
   *
   * @throws {@link ConfigurationError} when the folder `path` cannot be opened
   */
  ready(): Promise<void>;
  /** Lists the writes that the outbox gave up on, oldest first. */
  deadLetters(): readonly DeadLetter[];
  /** Makes dead letters pending again: all, or those with these ids. Returns their number. */
  replay(ids?: readonly string[]): Promise<number>;
  /** Removes dead letters: all, or those with these ids. Returns their number. */
  discard(ids?: readonly string[]): Promise<number>;
  /** Adds a listener; the returned function removes it. */
  on<E extends keyof OutboxEvents>(event: E, listener: (payload: OutboxEvents[E]) => void): () => void;
  /**
   * Waits up to `drainMs` (default 0) for pending writes to reach Redis, then stops. A durable outbox keeps the writes
   * that are still pending, and sends them after its next start; an in-memory outbox reports each of them as `dropped`.
   * The connection to Redis stays open.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}
