import type { DriverCommand } from './driver-command.ts';

/**
 * A command name that no server knows, so that the server refuses the whole transaction of which the command is a part.
 */
export const refusedInTransaction = 'an-argument-is-no-text';

/**
 * Returns whether the client failed to convert an argument to text, such as an object without `toString` from a request
 * body. The caller has already received the error; the command has no `resolve` and cannot be sent.
 */
export function isUnsendable(command: DriverCommand): boolean {
  return (command.resolve as unknown) === undefined;
}

/**
 * Rejects a command whose name is not a string, such as an object from a request body that was passed to `call()`, and
 * marks the command as one that cannot be sent.
 */
export function refuseName(command: DriverCommand): void {
  if (!isUnsendable(command)) command.reject(new TypeError('The name of a command must be a string.'));
  Object.assign(command, { name: 'nameless', resolve: undefined });
}

/**
 * Replaces an unsendable command in a batch, because the client can only write a batch as a whole. The replacement is
 * PING or, in a transaction, a command that the server refuses, so that no part of the transaction runs.
 */
export function replaceUnsendable(command: DriverCommand, isTransaction: boolean): void {
  command.name = isTransaction ? refusedInTransaction : 'ping';
  command.args = [];
  command.resolve = ignore;
  command.reject = ignore;
}

function ignore(): void {
  // The caller has already received the error.
}
