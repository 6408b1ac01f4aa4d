import { RetryBudget } from '../circuit/retry-budget.ts';
import { CallOutcomeRecorder, type Records } from '../command/call-outcome-recorder.ts';
import { SignsOfLife } from '../command/signs-of-life.ts';
import type { GateParts } from '../command/line.ts';
import { scriptTextOf } from '../ioredis/commands/script-text.ts';
import { UnaidedLibraries } from '../observability/unaided-libraries.ts';
import { UnleasedCommands } from '../observability/unleased-commands.ts';

type OwnParts = Pick<GateParts, 'settings' | 'circuits' | 'stallDetector'> & Omit<Records, 'retryBudget'>;

/**
 * The parts for the gate of the main client, which all callers share. (A gate admits, queues or rejects the commands of
 * one client.)
 */
export interface SharedGateParts extends GateParts {
  readonly sharedUse: UnleasedCommands;
}

/**
 * Creates the parts that the gates of all clients of one `RedisResilience` share, including the retry budget and the
 * recorder of outcomes.
 */
export function makeGateParts(parts: OwnParts): SharedGateParts {
  const { settings, circuits, stallDetector, events, history, pendingCalls } = parts;
  const retryBudget = new RetryBudget(settings.clock, settings.retry.budgetTokens);
  const unaided = new UnaidedLibraries(events);
  // The properties are listed one by one, because V8 gives each object made by spreading a hidden class of its own,
  // which makes property access slower.
  const recorder = new CallOutcomeRecorder({
    settings,
    circuits,
    retryBudget,
    stallDetector,
    events,
    history,
    pendingCalls,
  });
  const sharedUse = new UnleasedCommands(events);
  const signsOfLife = new SignsOfLife();
  return {
    settings,
    circuits,
    retryBudget,
    stallDetector,
    recorder,
    unaided,
    signsOfLife,
    sharedUse,
    scriptTextOf,
  };
}

/**
 * Returns the parts for the gates of duplicates and leased clients. A duplicate or leased client has only one user, so
 * commands such as WATCH are not reported as misuse.
 */
export function unsharedParts(parts: GateParts): GateParts {
  const { settings, circuits, retryBudget, stallDetector, recorder, unaided, signsOfLife } = parts;
  return {
    settings,
    circuits,
    retryBudget,
    stallDetector,
    recorder,
    unaided,
    signsOfLife,
    sharedUse: undefined,
    scriptTextOf,
  };
}

/**
 * Returns the parts for the gate of a client that connects to another server than the client of `parts`. Only the
 * record of signs of life is a new one, because a sign of life from one server proves nothing about another.
 */
export function partsElsewhere(parts: GateParts): GateParts {
  return { ...parts, signsOfLife: new SignsOfLife() };
}
