import type { OutboxEntry } from './entry.ts';
import type { WritePlan } from './write-plan.ts';

/** How an outbox deals with one kind of writes: commands of Redis, sessions of a store, jobs of a queue. */
export interface Delivery {
  /** @throws {@link ConfigurationError} for what cannot be kept */
  plan(command: string, args: readonly unknown[], wallNow: number): WritePlan;
  /** Rejects when the write did not arrive. A repeat with the same entry must not count twice. */
  deliver(entry: OutboxEntry): Promise<unknown>;
  /** `later`: try the same again. `never`: the write will not be taken; give it up. */
  judge(error: unknown): 'later' | 'never';
}
