import type { DriverCommand } from '../../driver/driver-command.ts';
import type { Outcome } from '../../errors.ts';
import type { Call } from '../../command/call.ts';

/**
 * Answers the caller of a command, or of all commands that were sent with it, with `errorFor(outcome)`, unless it is
 * answered already. A command that waits leaves the queue and never runs.
 */
export function abortCommand(command: DriverCommand, errorFor: (outcome: Outcome) => Error): void {
  const call = command.call as Call | undefined;
  if (call === undefined || call.settled) return;
  // What was handed to the driver in this very turn is not written yet, but will be.
  const outcome = call.sent === undefined ? (call.slow?.outcome ?? 'not-applied') : 'unknown';
  call.owner.withdraw(call, errorFor(outcome));
}
