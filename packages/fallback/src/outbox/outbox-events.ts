import type { ListenerError } from '@redis-resilience/core/kit';
import type { DeadReason } from './journal.ts';

/** What every event about one write tells of it: never its key or its arguments. */
export interface WriteFacts {
  readonly id: string;
  readonly command: string;
  readonly ageMs: number;
}

/** Every event of an outbox. */
export interface OutboxEvents {
  /** A write is kept for later. `into`: it became part of that earlier write, or took its place. */
  readonly kept: WriteFacts & { readonly size: number; readonly into: string | undefined };
  /** A kept write reached Redis. */
  readonly replayed: WriteFacts & { readonly size: number };
  /**
   * A write is lost. `full`: no room. `closed`: an outbox in memory was closed. `dead-letters-full`: the oldest dead
   * letter made room.
   */
  readonly dropped: WriteFacts & { readonly reason: 'full' | 'closed' | 'dead-letters-full' };
  /** A write was given up; it can be read with `deadLetters()` and tried again with `replay()`. */
  readonly dead: WriteFacts & { readonly reason: DeadReason; readonly code: string | undefined };
  /** Earlier runs of the process left so many writes; `corrupt` records could not be read and are lost. */
  readonly recalled: { readonly entries: number; readonly dead: number; readonly corrupt: number };
  /** The last kept write reached Redis. */
  readonly drained: { readonly replayed: number };
  readonly 'listener-error': ListenerError;
}
