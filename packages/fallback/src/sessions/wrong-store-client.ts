import { ConfigurationError } from '@redis-resilience/core';

/**
 * Returns an error that says which client to give to the store, in place of the syntax error that Redis replies to a
 * store such as connect-redis 9, which calls the methods of a node-redis client on one of ioredis. Returns any other
 * error unchanged.
 */
export function explainWrongClient(store: object, error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith('ERR syntax error')) return error;
  const { client } = store as { readonly client?: { readonly defineCommand?: unknown } };
  if (typeof client?.defineCommand !== 'function') return error;
  return new ConfigurationError(
    'The session store was given a client of ioredis, but calls the methods of node-redis. ' +
      'Write new RedisStore({ client: connectRedisClient(resilience) }).',
    { cause: error },
  );
}
