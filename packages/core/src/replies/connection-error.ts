const callersMistakes = [
  /^Connection in subscriber mode/,
  /^Connection is in monitoring mode/,
  /^All (the )?keys in the pipeline/,
  /^All the keys in a pipeline/,
  /^Possible CROSSSLOT/,
];

const thrown = new WeakSet<Error>();

/**
 * Returns the error of a command at which the driver threw `value`. It concerns only the caller of that command:
 * nothing was sent, and the error says nothing about the connection.
 */
export function asCallersFault(value: unknown): Error {
  const error =
    value instanceof Error ? value : new Error('The command could not be sent.', { cause: value });
  thrown.add(error);
  return error;
}

/** Returns whether the error is an error reply of the server. */
export function isReplyError(error: Error): boolean {
  return error.name === 'ReplyError' || error.name === 'ErrorReply';
}

/**
 * Returns whether the driver rejected the command because of a caller's mistake, or threw when the command was passed
 * to it, as opposed to a connection failure: such an error is passed on unchanged. Any other error that is not a reply
 * means that the connection broke during the command.
 */
export function isCallersFault(error: Error): boolean {
  return thrown.has(error) || callersMistakes.some((pattern) => pattern.test(error.message));
}
