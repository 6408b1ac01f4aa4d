import type { OutboxEntry } from './write/entry.ts';
import type { WritePlan } from './write/write-plan.ts';

/** How an outbox handles one kind of write: Redis commands, sessions of a store, or jobs of a queue. */
export interface Delivery {
  /** @throws {@link ConfigurationError} for a write that the outbox cannot store */
  plan(command: string, args: readonly unknown[], wallNow: number): WritePlan;
  /** Rejects if the write did not arrive. A second delivery of the same entry must have no further effect. */
  deliver(entry: OutboxEntry): Promise<unknown>;
  /** Whether a write that may have reached one database may also be sent to another. */
  mayCross(entry: OutboxEntry): boolean;
  /** `later`: deliver the same entry again. `never`: the entry will never be accepted; give up on it. */
  judge(error: unknown): 'later' | 'never';
}
