const callersMistakes = [
  /^Connection in subscriber mode/,
  /^Connection is in monitoring mode/,
  /^All (the )?keys in the pipeline/,
  /^All the keys in a pipeline/,
  /^Possible CROSSSLOT/,
];

/** Whether the server itself answered with this error. */
export function isReplyError(error: Error): boolean {
  return error.name === 'ReplyError' || error.name === 'ErrorReply';
}

/**
 * Whether the driver refused the command for a mistake of the caller, and not because of the connection: such an error
 * is passed on unchanged. Any other error that is not a reply means that the connection broke under the command.
 */
export function isCallersFault(error: Error): boolean {
  return callersMistakes.some((pattern) => pattern.test(error.message));
}
