const ofTheCaller = [
  /^Connection in subscriber mode/,
  /^Connection is in monitoring mode/,
  /^All (the )?keys in the pipeline/,
  /^All the keys in a pipeline/,
  /^No sharded subscriber/,
  /^Possible CROSSSLOT/,
];

/** Whether the server itself answered with this error. */
export function isReplyError(error: Error): boolean {
  return error.name === 'ReplyError' || error.name === 'ErrorReply';
}

/**
 * Whether the driver refused the command for what the caller did, not for the connection's sake: such an error goes to
 * the caller as it is. Everything else that is no reply means that the connection broke under the command.
 */
export function isCallersFault(error: Error): boolean {
  return ofTheCaller.some((pattern) => pattern.test(error.message));
}
