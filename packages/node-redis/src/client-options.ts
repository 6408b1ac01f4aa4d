import { ConfigurationError } from '@redis-resilience/core';
import { checkKnownOptions } from '@redis-resilience/core/kit';
import type { CommandOptions } from './base-client.ts';
import type { Protocol } from './node-redis-module.ts';

/** The options that `createNodeRedisClient` and `duplicate` accept. */
export interface KnownOptions {
  /** The version of the Redis protocol, 2 or 3. Default: the default of your version of node-redis. */
  readonly RESP?: Protocol;
  /** As in node-redis. Default: only the modules that the package `redis` includes. */
  readonly modules?: object;
  /** As in node-redis. Default: none. */
  readonly functions?: object;
  readonly scripts?: object;
  /** Options for all commands, such as `typeMapping`, `timeout` in milliseconds and `abortSignal`. Default: none. */
  readonly commandOptions?: CommandOptions;
  /**
   * The number of the database, and the name of the connection. Setting a name, or another database than that of the
   * `RedisResilience`, gives the client a connection of its own. Default: the same as for the `RedisResilience`.
   */
  readonly database?: number;
  readonly name?: string;
  /**
   * Prefix of every key, for node-redis 6.3 and later. If the `RedisResilience` also has a `keyPrefix`, the prefix of
   * the `RedisResilience` comes first. Default: none.
   */
  readonly keyPrefix?: string | Buffer;
  /**
   * Whether `connect()` waits until Redis is reachable. If false, `connect()` resolves even if Redis is down.
   * Default `false`.
   */
  readonly waitForReady?: boolean;
}

const place = 'The client uses the connection of the resilience: give that to createRedisResilience.';
const waiting = 'Give the resilience { admission: { maxWaitMs, maxWaiting } } instead.';

/** The options of node-redis that are not supported, each with what to do instead. */
const refused: Readonly<Record<string, string>> = {
  url: place,
  socket: place,
  username: place,
  password: place,
  credentialsProvider: place,
  readonly: 'Give createRedisResilience { readOnly: true } instead.',
  clientSideCache: 'Use createCache of @redis-resilience/fallback/cache, or a client of node-redis.',
  emitInvalidate: 'The connection is shared, and does not track keys. Use a client of node-redis.',
  disableOfflineQueue: waiting,
  commandsQueueMaxLength: waiting,
  pingInterval: 'The resilience watches the connection.',
};

const known = namesIn(`
  RESP modules functions scripts commandOptions database name keyPrefix waitForReady
  disableClientInfo clientInfoTag himportRegistry
  maintNotifications maintEndpointType maintRelaxedCommandTimeout maintRelaxedSocketTimeout
  ${Object.keys(refused).join(' ')}
`);

/**
 * Checks the options of `createNodeRedisClient` and of `duplicate`.
 *
 * @throws ConfigurationError that names the option, and says what to write instead
 */
export function checkClientOptions(options: unknown): asserts options is KnownOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('The options of createNodeRedisClient must be an object.');
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(refused, name)) continue;
    throw new ConfigurationError(`createNodeRedisClient does not take the option ${name}. ${refused[name]}`);
  }
  checkKnownOptions('createNodeRedisClient', options, known);
  const { RESP, database, waitForReady } = options as Record<string, unknown>;
  check('RESP', RESP === undefined || RESP === 2 || RESP === 3, '2 or 3');
  check('database', database === undefined || Number.isInteger(database), 'a whole number');
  check('waitForReady', waitForReady === undefined || typeof waitForReady === 'boolean', 'true or false');
}

function check(name: string, isRight: boolean, what: string): void {
  if (!isRight) throw new ConfigurationError(`The option createNodeRedisClient.${name} must be ${what}.`);
}

function namesIn(text: string): Readonly<Record<string, true>> {
  return Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((name) => [name, true]),
  );
}
