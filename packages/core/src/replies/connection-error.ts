const callersMistakes = [
  /^Connection in subscriber mode/,
  /^Connection is in monitoring mode/,
  /^All (the )?keys in the pipeline/,
  /^All the keys in a pipeline/,
  /^Possible CROSSSLOT/,
];

const thrown = new WeakSet<Error>();

/**
 * Returns the error for the caller of a command, when the driver threw `value` instead of sending the command. The
 * error is remembered as the caller's fault: it says nothing about the connection.
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
 * Returns whether the error is the caller's fault: the driver rejected the command because of the caller's mistake, or
 * threw when it was given the command. An error that is the caller's fault is passed on to the caller unchanged. Any
 * other error that is not an error reply means that the connection broke while the command was in flight.
 */
export function isCallersFault(error: Error): boolean {
  return thrown.has(error) || callersMistakes.some((pattern) => pattern.test(error.message));
}
