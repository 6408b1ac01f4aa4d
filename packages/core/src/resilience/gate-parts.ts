import { RetryBudget } from '../circuit/retry-budget.ts';
import { CallOutcomeRecorder, type Records } from '../command/call-outcome-recorder.ts';
import type { GateParts } from '../command/line.ts';

type OwnParts = Omit<GateParts, 'retryBudget' | 'recorder'> & Omit<Records, 'retryBudget'>;

/**
 * Creates the parts that the gates of all clients of one resilience share, including its retry budget and the recorder
 * of outcomes.
 */
export function makeGateParts(parts: OwnParts): GateParts {
  const { settings, circuits, stallDetector, events, history, pendingCalls } = parts;
  const retryBudget = new RetryBudget(() => settings.clock.now(), settings.retry.budgetTokens);
  // Named one by one: of objects that are made by spreading, each has a hidden class of its own.
  const recorder = new CallOutcomeRecorder({
    settings,
    circuits,
    retryBudget,
    stallDetector,
    events,
    history,
    pendingCalls,
  });
  return { settings, circuits, retryBudget, stallDetector, recorder };
}
