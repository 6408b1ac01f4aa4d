import type { OutboxEntry } from './write/entry.ts';
import type { WritePlan } from './write/write-plan.ts';

/** How an outbox handles one kind of write: commands of Redis, sessions of a store, jobs of a queue. */
export interface Delivery {
  /** @throws {@link ConfigurationError} for a write that cannot be kept */
  plan(command: string, args: readonly unknown[], wallNow: number): WritePlan;
  /** Rejects when the write did not arrive. A second delivery of the same entry must not count twice. */
  deliver(entry: OutboxEntry): Promise<unknown>;
  /** Whether a write that may have reached one of several databases may be sent to another one. */
  mayCross(entry: OutboxEntry): boolean;
  /** `later`: deliver the same entry again. `never`: the entry will not be taken; give it up. */
  judge(error: unknown): 'later' | 'never';
}
