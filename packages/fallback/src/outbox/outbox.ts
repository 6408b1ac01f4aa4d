import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import type { DeadLetter } from './journal.ts';
import { resolveOutboxOptions, type OutboxOptions } from './outbox-options.ts';
import type { OutboxEvents } from './outbox-events.ts';
import { redisDelivery } from './redis-delivery.ts';
import { ReplayingOutbox } from './replaying-outbox.ts';

/** What became of a write that was added. */
export type Receipt =
  | { readonly state: 'applied'; readonly id: string; readonly reply: unknown }
  | { readonly state: 'kept'; readonly id: string }
  | { readonly state: 'dropped'; readonly id: string };

/** Options of one `add`. */
export interface AddOptions {
  /**
   * The caller's own name for this write. The same name is the same write: added twice, also by another run of the
   * process, it is applied once. It is never merged with others. Default: a random one.
   */
  readonly id?: string;
}

/** Writes that reach Redis now, or when it is back. */
export interface Outbox {
  /** Writes kept now, and their bytes. */
  readonly size: number;
  readonly bytes: number;
  /**
   * Applies the write now, or keeps it: resolves when Redis, or the outbox, has it safe. Arguments as ioredis takes
   * them: strings, numbers, buffers.
   *
   * @throws {@link ConfigurationError} for what cannot be kept, {@link OverloadedError} when there is no room, or what
   * the server refused it with
   */
  add(command: string, args: readonly unknown[], options?: AddOptions): Promise<Receipt>;
  /**
   * Resolves when nothing is kept any more.
   *
   * @throws {@link CommandTimeoutError} after `timeoutMs`. Default: no limit
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Resolves when what earlier runs kept was read; `add` waits for it by itself. */
  ready(): Promise<void>;
  /** Writes that were given up, oldest first. */
  deadLetters(): readonly DeadLetter[];
  /** Puts dead letters back among the writes to be applied: all, or these. Gives how many. */
  replay(ids?: readonly string[]): Promise<number>;
  /** Removes dead letters: all, or these. Gives how many. */
  discard(ids?: readonly string[]): Promise<number>;
  /** Listens; the returned function stops. */
  on<E extends keyof OutboxEvents>(event: E, listener: (payload: OutboxEvents[E]) => void): () => void;
  /**
   * Waits up to `drainMs` (default 0) for Redis to take what is kept, then stops. A durable outbox keeps the rest for
   * the next start; one in memory tells what it drops. Leaves the resilience alone.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * Makes an outbox: writes made while Redis is away are kept, bounded, and applied when it is back: in order per key,
 * paced, and each exactly once. Overwritten values and sums of counters become one write; expiries become points in
 * time. With `path` the kept writes survive the process.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * const outbox = createOutbox(resilience, { path: './outbox', maxEntries: 10_000 });
 * await outbox.add('hincrby', ['views', id, 1]);
 */
export function createOutbox(resilience: RedisResilience, options: OutboxOptions = {}): Outbox {
  checkArgument('createOutbox.resilience', resilience, resilienceOf);
  return new ReplayingOutbox(resilience, resolveOutboxOptions(options), redisDelivery(resilience));
}
