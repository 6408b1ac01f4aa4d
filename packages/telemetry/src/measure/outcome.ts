import { isRedisResilienceError, type CommandResult } from '@redis-resilience/core';

/**
 * How a command ended. `refused`: the server replied with an error. `rejected`: it did not run, because Redis was
 * unavailable or a limit was reached. `unknown`: it may have run.
 */
export const commandOutcomes = ['ok', 'refused', 'rejected', 'timeout', 'unknown'] as const;
export type CommandOutcome = (typeof commandOutcomes)[number];

/** How an `execute` call ended. `error`: the operation threw an error from elsewhere, for example an error reply. */
export const operationOutcomes = ['ok', 'fallback', 'rejected', 'timeout', 'unknown', 'error'] as const;
export type OperationOutcome = (typeof operationOutcomes)[number];

/** Why a command was `rejected`. */
export const rejectionReasons = ['unavailable', 'circuit', 'overloaded', 'budget', 'watch'] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

/** Returns the outcome that metrics show for a result that core counted. */
export function commandOutcome(code: CommandResult): CommandOutcome {
  switch (code) {
    case 'ok':
      return 'ok';
    case 'REPLY':
      return 'refused';
    case 'COMMAND_TIMEOUT':
      return 'timeout';
    case 'OUTCOME_UNKNOWN':
      return 'unknown';
    default:
      return 'rejected';
  }
}

/** Returns why a command was `rejected`; undefined for any other result. */
export function rejectionReason(code: CommandResult): RejectionReason | undefined {
  switch (code) {
    case 'REDIS_UNAVAILABLE':
      return 'unavailable';
    case 'CIRCUIT_OPEN':
      return 'circuit';
    case 'OVERLOADED':
      return 'overloaded';
    case 'BUDGET_EXCEEDED':
      return 'budget';
    case 'WATCH_LOST':
      return 'watch';
    default:
      return undefined;
  }
}

/** Returns the outcome of an `execute` call, judged by its message on the channel `redis-resilience:operation`. */
export function operationOutcome(usedFallback: boolean, error: unknown): OperationOutcome {
  if (error === undefined) return usedFallback ? 'fallback' : 'ok';
  if (!isRedisResilienceError(error)) return 'error';
  const outcome = commandOutcome(error.code);
  return outcome === 'ok' || outcome === 'refused' ? 'error' : outcome;
}
