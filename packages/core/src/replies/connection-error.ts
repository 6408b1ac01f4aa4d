const callersMistakes = [
  /^Connection in subscriber mode/,
  /^Connection is in monitoring mode/,
  /^All (the )?keys in the pipeline/,
  /^All the keys in a pipeline/,
  /^Possible CROSSSLOT/,
];

/** Returns whether the error is an error reply of the server. */
export function isReplyError(error: Error): boolean {
  return error.name === 'ReplyError' || error.name === 'ErrorReply';
}

/**
 * Returns whether the driver rejected the command because of a caller's mistake, as opposed to a connection failure:
 * such an error is passed on unchanged. Any other error that is not a reply means that the connection broke during the
 * command.
 */
export function isCallersFault(error: Error): boolean {
  return callersMistakes.some((pattern) => pattern.test(error.message));
}
