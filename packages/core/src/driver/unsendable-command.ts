import type { DriverCommand } from './driver-command.ts';

/**
 * Whether the client could not turn an argument into text, such as an object without `toString` from a request body.
 * The caller has already got the error; the command has no `resolve` and cannot be sent.
 */
export function isUnsendable(command: DriverCommand): boolean {
  return (command.resolve as unknown) === undefined;
}

/**
 * Replaces an unsendable command of a batch, which the client writes only as a whole: by PING, or in a transaction by a
 * command that the server refuses, so that nothing of the transaction runs.
 */
export function replaceUnsendable(command: DriverCommand, isTransaction: boolean): void {
  command.name = isTransaction ? 'an-argument-is-no-text' : 'ping';
  command.args = [];
  command.resolve = ignore;
  command.reject = ignore;
}

function ignore(): void {
  // The caller has already got the error.
}
