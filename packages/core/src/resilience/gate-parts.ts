import { RetryBudget } from '../circuit/retry-budget.ts';
import { CallOutcomeRecorder, type Records } from '../command/call-outcome-recorder.ts';
import type { GateParts } from '../command/line.ts';

type OwnParts = Omit<GateParts, 'retryBudget' | 'recorder'> & Omit<Records, 'retryBudget'>;

/**
 * Creates the parts that the gates of all clients of one resilience share, including its retry budget and the recorder
 * of outcomes.
 */
export function makeGateParts(parts: OwnParts): GateParts {
  const { clock, retry } = parts.settings;
  const records = { ...parts, retryBudget: new RetryBudget(() => clock.now(), retry.budgetTokens) };
  return { ...records, recorder: new CallOutcomeRecorder(records) };
}
