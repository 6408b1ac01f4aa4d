import type { Deadline } from '../../deadline.ts';
import type { Conversation } from '../../wire/conversation.ts';

/** Round trips that the doctor measured with PINGs, one after another. */
export interface RoundTripEvidence {
  readonly samples: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

const mostSamples = 7;
/** A single PING that takes long may only show that the doctor's own process got no CPU time meanwhile. */
const leastSamples = 3;
const budgetMs = 60;

/**
 * Measures round trips for about 60 ms, with at least 3 and at most 7 PINGs. If no PING is answered, the round trips in `earlierMs`,
 * which were measured before and during the login, are used instead.
 */
export async function gatherRoundTrip(
  conversation: Conversation,
  earlierMs: readonly number[],
  deadline: Deadline,
): Promise<RoundTripEvidence> {
  const samples: number[] = [];
  const startedAt = deadline.clock.now();
  const isEnough = (): boolean =>
    samples.length >= mostSamples ||
    (samples.length >= leastSamples && deadline.clock.now() - startedAt >= budgetMs);
  while (!isEnough() && !deadline.over) {
    const { ending, durationMs } = await conversation.ask([['PING']], deadline);
    if (ending !== undefined) break;
    samples.push(durationMs);
  }
  // The round trips during the login took longer than a PING does, so they count only if no PING was measured.
  const measured = (samples.length > 0 ? samples : [...earlierMs]).toSorted((left, right) => left - right);
  return {
    samples: measured.length,
    medianMs: measured[Math.floor((measured.length - 1) / 2)] ?? 0,
    maxMs: measured.at(-1) ?? 0,
  };
}
