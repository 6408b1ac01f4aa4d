import type { ListenerError } from '@redis-resilience/core/kit';
import type { DeadReason } from './kept/journal.ts';

/** The facts about one write that events carry: never its key or its arguments. */
export interface WriteFacts {
  readonly id: string;
  readonly command: string;
  readonly ageMs: number;
}

/** Every event of an outbox. */
export interface OutboxEvents {
  /** A write is kept for later. `into`: the earlier write that it was merged into or that it replaced. */
  readonly kept: WriteFacts & { readonly size: number; readonly into: string | undefined };
  /** A kept write reached Redis. */
  readonly replayed: WriteFacts & { readonly size: number };
  /**
   * A write is lost. `full`: there was no room. `closed`: the outbox in memory that kept it was closed.
   * `dead-letters-full`: it was the oldest dead letter and made room.
   */
  readonly dropped: WriteFacts & { readonly reason: 'full' | 'closed' | 'dead-letters-full' };
  /** A write was given up; `deadLetters()` shows it and `replay()` tries it again. */
  readonly dead: WriteFacts & { readonly reason: DeadReason; readonly code: string | undefined };
  /** What earlier runs of the process left. `corrupt` records could not be read and are lost. */
  readonly recalled: { readonly entries: number; readonly dead: number; readonly corrupt: number };
  /** The last kept write reached Redis. */
  readonly drained: { readonly replayed: number };
  readonly 'listener-error': ListenerError;
}
