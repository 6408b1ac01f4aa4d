import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import type { Redis } from 'ioredis';
import type * as NodeRedis from 'redis';
import type {
  RedisClientOptions,
  RedisClientType,
  RedisDefaultModules,
  RedisFunctions,
  RedisModules,
  RedisScripts,
  RespVersions,
  TypeMapping,
} from 'redis';
import { baseClassOf, withoutMaintenance } from './base-client.ts';
import { clientClassOf } from './client-class.ts';
import { ClientErrors } from './client-errors.ts';
import { checkClientOptions, type KnownOptions } from './client-options.ts';
import { checkModule, defaultProtocol, type NodeRedisModule, type Protocol } from './node-redis-module.ts';
import { ProtectedConnection } from './connection/protected-connection.ts';
import { ReplyReader } from './commands/read-reply.ts';

// node-redis's type for no modules, functions or scripts.
// oxlint-disable-next-line typescript/no-empty-object-type
type None = {};

/** The protocol that clients of the installed version of node-redis use by default. */
export type DefaultProtocol = typeof NodeRedis extends { readonly DEFAULT_RESP: infer Version }
  ? Extract<Version, RespVersions>
  : 2;

/**
 * Options of {@link createNodeRedisClient}: those of `createClient` that do not say where to connect, and
 * `waitForReady`.
 */
export type NodeRedisClientOptions<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  T extends TypeMapping = None,
> = Pick<
  RedisClientOptions<M, F, S, RESP, T>,
  'RESP' | 'modules' | 'functions' | 'scripts' | 'commandOptions' | 'database' | 'name'
> & {
  /** Prefix of every key. Version 6.3 and later. */
  readonly keyPrefix?: string | Buffer;
  /**
   * Whether `connect()` waits until Redis is reachable. Default false: `connect()` resolves when the first attempt has
   * failed.
   */
  readonly waitForReady?: boolean;
};

/**
 * Creates a node-redis client that sends everything through the protected connection of `resilience`. It is an instance
 * of the class that `redis.createClient` instantiates: its commands, modules, scripts, transactions, iterators and type
 * mappings return what they return there. In an outage, it behaves like `resilience.client`: commands wait for a
 * moment, then fail immediately, and none runs twice unnoticed; errors have `code` and `outcome`.
 *
 * It shares the connection of `resilience`, and opens a separate one as soon as it is used for something that would
 * disturb others: WATCH, blocking commands, SELECT, another protocol. Subscriptions have a separate connection. Call
 * `connect()` before the first command, as usual; while Redis is down, `connect()` resolves anyway, and the client
 * recovers on its own. Closing the client does not close `resilience`.
 *
 * @param redis the module of node-redis 5.1 or later: `import * as redis from 'redis'`
 * @throws ConfigurationError when an option locates a server or is handled by `resilience` itself, when `resilience`
 * protects a Cluster, or when RESP3 is requested from ioredis 5
 * @example
 * import * as redis from 'redis';
 * const client = await createNodeRedisClient(resilience, redis).connect();
 * await client.set('greeting', 'hello');
 */
export function createNodeRedisClient<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  T extends TypeMapping = None,
>(
  resilience: RedisResilience<Redis> | RedisResilience,
  redis: Pick<typeof NodeRedis, 'createClient'>,
  options: NodeRedisClientOptions<M, F, S, RESP, T> = {},
): RedisClientType<RedisDefaultModules & M, F, S, RESP, T> {
  checkArgument('createNodeRedisClient.resilience', resilience, resilienceOf);
  checkModule(redis);
  checkClientOptions(options);
  const single = singleOf(resilience);
  return makeClient(single, redis, options, false) as RedisClientType<RedisDefaultModules & M, F, S, RESP, T>;
}

function makeClient(
  resilience: RedisResilience<Redis>,
  module: NodeRedisModule,
  options: KnownOptions,
  isDuplicate: boolean,
): object {
  const protocol = options.RESP ?? defaultProtocol(module);
  const { database, name, modules, functions, scripts, waitForReady = false, ...rest } = options;
  const shared = protocolOf(resilience, protocol);
  const errors = new ClientErrors(module);
  const needs = {
    protocol,
    database,
    name,
    isOwn:
      isDuplicate ||
      protocol !== shared ||
      name !== undefined ||
      (database !== undefined && database !== (resilience.client.options.db ?? 0)),
  };
  const Client = clientClassOf(baseClassOf(module, { modules, functions, scripts, RESP: protocol }));
  const kept = { ...rest, modules, functions, scripts, RESP: protocol, ...withoutMaintenance };
  const client = new Client(kept, {
    connectionFor: (tell) => new ProtectedConnection(resilience, needs, errors, tell),
    reader: new ReplyReader(module),
    errors,
    waitForReady,
    duplicate: (commandOptions, overrides = {}) => {
      checkClientOptions(overrides);
      return makeClient(
        resilience,
        module,
        { ...options, ...(commandOptions && { commandOptions }), ...overrides },
        true,
      );
    },
  });
  // As in node-redis, so that views and namespaces can be told apart.
  return Object.create(client) as object;
}

/** Returns the protocol that the shared connection uses. */
function protocolOf({ client }: RedisResilience<Redis>, wanted: Protocol): Protocol {
  const { protocol } = client.options;
  if (protocol === undefined && wanted === 3) {
    throw new ConfigurationError(
      'ioredis 5 does not speak RESP3. Give createNodeRedisClient { RESP: 2 }, or install ioredis 6.',
    );
  }
  return protocol === 3 ? 3 : 2;
}

function singleOf(resilience: RedisResilience<Redis> | RedisResilience): RedisResilience<Redis> {
  if (resilience.client.isCluster) {
    throw new ConfigurationError(
      'createNodeRedisClient takes a resilience of a single server or of Sentinel, not of a Cluster.',
    );
  }
  return resilience as RedisResilience<Redis>;
}
