import type { DriverCommand } from './driver-command.ts';

/**
 * Whether the client could not make text of an argument, an object without `toString` from a request body for instance.
 * The command's caller has the error already; the command has no settlers and cannot be sent.
 */
export function isUnsendable(command: DriverCommand): boolean {
  return (command.resolve as unknown) === undefined;
}

/**
 * Puts something harmless in the place of an unsendable command of a batch, which the client writes only as a whole:
 * PING; in a transaction a command that the server refuses, so that nothing of the transaction runs.
 */
export function replaceUnsendable(command: DriverCommand, isTransaction: boolean): void {
  command.name = isTransaction ? 'an-argument-is-no-text' : 'ping';
  command.args = [];
  command.resolve = ignore;
  command.reject = ignore;
}

function ignore(): void {
  // The caller has its error.
}
