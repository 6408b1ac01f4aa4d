import { pause } from '../deadline.ts';
import { isElsewhere } from './lease-moves.ts';
import type { TransactionParts } from './transaction.ts';

const leastPauseMs = 10;
const spreadMs = 40;

/**
 * Retries a transaction until its deadline, as long as each attempt reaches a node of the Cluster that does not serve
 * the keys. Such an attempt runs no command.
 */
export async function untilServed<T>(
  { clock, random, deadlineAt, signal }: TransactionParts,
  attempt: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const pauseMs = leastPauseMs + spreadMs * random();
      if (!isElsewhere(error) || clock.now() + pauseMs >= deadlineAt) throw error;
      await pause(clock, pauseMs, signal);
    }
  }
}
