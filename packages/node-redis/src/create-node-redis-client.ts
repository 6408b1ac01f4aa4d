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

// The type that node-redis uses for a client without additional modules, functions or scripts.
// oxlint-disable-next-line typescript/no-empty-object-type
type None = {};

/** The version of the protocol that the installed version of node-redis uses by default. */
export type DefaultProtocol = typeof NodeRedis extends { readonly DEFAULT_RESP: infer Version }
  ? Extract<Version, RespVersions>
  : 2;

/**
 * Options of {@link createNodeRedisClient}. All but `waitForReady` are options of `createClient` in
 * node-redis. No option says where to connect, because the `RedisResilience` knows that.
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
  /** Prefix of every key, for node-redis 6.3 and later. Default: none. */
  readonly keyPrefix?: string | Buffer;
  /**
   * Whether `connect()` waits until Redis is reachable. If false, `connect()` also resolves when the first
   * connection attempt has failed. Default `false`.
   */
  readonly waitForReady?: boolean;
};

/**
 * Creates a node-redis client that sends everything through the protected connection of `resilience`. The client is an
 * instance of the class that `redis.createClient` instantiates, so its commands, modules, scripts, transactions,
 * iterators and type mappings return the same values. In an outage, the client behaves like `resilience.client`:
 * commands wait briefly for the connection, then fail immediately; none runs twice unnoticed; and errors have `code`
 * and `outcome`.
 *
 * The client shares the connection of `resilience`. The client opens a connection of its own for commands that would
 * disturb others (WATCH, blocking commands, SELECT), for another protocol, database or name, and for subscriptions.
 * Call `connect()` before the first command, as in node-redis. If Redis is down, `connect()` resolves anyway, and the
 * client connects later on its own. Closing the client does not close `resilience`.
 *
 * @param redis the module of node-redis 5.1 or later: `import * as redis from 'redis'`
 * @throws ConfigurationError when an option says where to connect, or is one that `resilience` handles; when
 * `resilience` protects a Cluster; and when RESP3 is requested with ioredis 5
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
  // node-redis also returns an object whose prototype is the client, and relies on that for `withTypeMapping` and
  // modules.
  return Object.create(client) as object;
}

/** Returns the version of the protocol that the shared connection uses. */
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
