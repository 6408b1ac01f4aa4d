/**
 * The options that a protected `Redis` client gets, so that ioredis does not retry, queue, resend or time out on its
 * own. `maxRetriesPerRequest: 0` is the only setting that neither resends nor loses the commands in flight.
 */
export const ownOptions = {
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  enableOfflineQueue: true,
  enableReadyCheck: false,
  // Auto-pipelining is off because commands written in the same turn of the event loop are sent together anyway.
  // Without auto-pipelining, each command keeps its own deadline and outcome.
  enableAutoPipelining: false,
  reconnectOnError: null,
  connectTimeout: 0,
};

/** Makes ioredis ask for the next socket immediately after each failure, because the connector does the waiting. */
export const ownRetries = { retryStrategy: (): number => 0 };

/** The options of a `Redis` client that must not appear when its options are copied. */
export const keptOptions: ReadonlySet<string> = new Set(Object.keys({ ...ownOptions, ...ownRetries }));
