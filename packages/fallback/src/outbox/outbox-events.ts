import type { ListenerError } from '@redis-resilience/core/kit';
import type { DeadReason } from './kept/journal.ts';

/** What an event says about a write. An event never contains the key or the arguments of a write. */
export interface WriteFacts {
  readonly id: string;
  readonly command: string;
  readonly ageMs: number;
}

/** Every event of an outbox. */
export interface OutboxEvents {
  /**
   * A write was kept for later. `into`: the id of the earlier write, if any, into which the kept write was merged, or
   * which it replaced.
   */
  readonly kept: WriteFacts & { readonly size: number; readonly into: string | undefined };
  /** A kept write reached Redis. */
  readonly replayed: WriteFacts & { readonly size: number };
  /**
   * A write was lost. `full`: the outbox had no room for the write. `closed`: the in-memory outbox that held the write
   * was closed. `dead-letters-full`: the write was the oldest dead letter, and was dropped to make room.
   */
  readonly dropped: WriteFacts & { readonly reason: 'full' | 'closed' | 'dead-letters-full' };
  /** The outbox gave up on a write. `deadLetters()` lists the write, and `replay()` retries it. */
  readonly dead: WriteFacts & { readonly reason: DeadReason; readonly code: string | undefined };
  /**
   * The writes that earlier runs of the process left have been read. `entries`: how many are pending. `dead`: how many
   * are dead letters. `corrupt`: how many records could not be read and are lost.
   */
  readonly recalled: { readonly entries: number; readonly dead: number; readonly corrupt: number };
  /**
   * The last pending write reached Redis. `replayed`: how many writes reached Redis since the previous `drained` event.
   */
  readonly drained: { readonly replayed: number };
  readonly 'listener-error': ListenerError;
}
