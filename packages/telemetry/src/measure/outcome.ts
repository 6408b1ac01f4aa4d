import { isRedisResilienceError, type CommandResult } from '@redis-resilience/core';

/**
 * How a command ended. `refused`: the server replied with an error. `rejected`: the command did not run, for a reason
 * in `rejectionReasons`. `unknown`: the command may have run.
 */
export const commandOutcomes = ['ok', 'refused', 'rejected', 'timeout', 'unknown'] as const;
export type CommandOutcome = (typeof commandOutcomes)[number];

/**
 * How an `execute` call ended. `fallback`: the call returned the result of its fallback. `error`: the call threw an
 * error that is not one of this library, for example an error reply of the server.
 */
export const operationOutcomes = ['ok', 'fallback', 'rejected', 'timeout', 'unknown', 'error'] as const;
export type OperationOutcome = (typeof operationOutcomes)[number];

/**
 * Why a command with the outcome `rejected` did not run. `unavailable`: Redis was unavailable. `circuit`: the circuit
 * was open. `overloaded`: too many commands were waiting. `budget`: the request had used up its time for waiting.
 * `watch`: the connection was lost after WATCH or MULTI, or the watched keys changed. `lease`: the connection was used
 * after its lease. `configuration`: an option or argument was wrong.
 */
export const rejectionReasons = [
  'unavailable',
  'circuit',
  'overloaded',
  'budget',
  'watch',
  'lease',
  'configuration',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

/** Returns the outcome that metrics show for one of core's result codes. */
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

/** Returns why a command did not run; undefined for all other results. */
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
    case 'LEASE_ENDED':
      return 'lease';
    case 'CONFIGURATION':
      return 'configuration';
    default:
      return undefined;
  }
}

/** Returns the outcome of an `execute` call, given two fields of the message that core publishes about the call. */
export function operationOutcome(usedFallback: boolean, error: unknown): OperationOutcome {
  if (error === undefined) return usedFallback ? 'fallback' : 'ok';
  if (!isRedisResilienceError(error)) return 'error';
  const outcome = commandOutcome(error.code);
  return outcome === 'ok' || outcome === 'refused' ? 'error' : outcome;
}
