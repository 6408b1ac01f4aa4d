import type { OutboxEntry } from './write/entry.ts';
import type { WritePlan } from './write/write-plan.ts';

/** How an outbox handles one kind of write. The kinds are Redis commands, sessions of a store, and jobs of a queue. */
export interface Delivery {
  /** @throws {@link ConfigurationError} when the outbox cannot store the write */
  plan(command: string, args: readonly unknown[], wallNow: number): WritePlan;
  /**
   * Sends the write, and resolves with the reply. Rejects if no reply confirms the write. Delivering the same entry a
   * second time must have no further effect.
   */
  deliver(entry: OutboxEntry): Promise<unknown>;
  /** Returns whether a write that may have reached one database may also be sent to another. */
  mayCross(entry: OutboxEntry): boolean;
  /**
   * Decides what to do after `deliver` has rejected with this error. `later`: deliver the same entry again. `never`:
   * give up on the entry, because it will never be accepted.
   */
  judge(error: unknown): 'later' | 'never';
}
