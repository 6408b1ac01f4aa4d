import type { DriverCommand } from '../../driver/driver-command.ts';
import type { Outcome } from '../../errors.ts';
import type { Call } from '../../command/call.ts';

/**
 * Rejects a command, and all commands that were sent with it, with `errorFor(outcome)`, unless it has already been
 * settled. A waiting command leaves the queue and never runs.
 */
export function abortCommand(command: DriverCommand, errorFor: (outcome: Outcome) => Error): void {
  const call = command.call as Call | undefined;
  if (call === undefined || call.settled) return;
  // A command that was handed to the driver in this turn of the event loop has not been written yet, but will be, so
  // its outcome is unknown too.
  const outcome = call.sent === undefined ? (call.slow?.outcome ?? 'not-applied') : 'unknown';
  call.owner.withdraw(call, errorFor(outcome));
}
