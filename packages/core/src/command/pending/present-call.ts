import type { DriverCommand } from '../../driver/driver-command.ts';
import type { TrackedCall } from '../../driver/tracked-call.ts';
import { Call } from '../call.ts';

/**
 * Returns the call that the command belongs to. A command that was answered belongs to none: if it is sent again, the
 * application sends it, because the driver keeps only commands that it has not resolved.
 */
export function presentCall(command: DriverCommand): TrackedCall | undefined {
  const { call } = command;
  if (!(call instanceof Call) || call.isBatch || !call.settled || command.isResolved !== true) return call;
  command.resolve = call.resolve;
  command.reject = call.reject;
  command.call = undefined;
  return undefined;
}
