import { attachCluster } from './attach-cluster.ts';
import { attachRedis } from './attach-redis.ts';
import { Engine } from './engine.ts';
import { noteDatabases } from '../target/known-databases.ts';
import { ConfigurationError } from '../errors.ts';
import {
  isCluster,
  isMonitor,
  isProtected,
  lazyCluster,
  lazyRedis,
  optionsOf,
  type Cluster,
  type Redis,
  hasEnded,
} from '../ioredis/clients.ts';
import { setLazy } from '../ioredis/methods/duplicates.ts';
import { durationOf } from '../options/option-readers.ts';
import type { ResilienceOptions } from '../options/options.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import { noOptions, resolveSettings, type Settings } from '../options/settings.ts';
import { preferredOf } from '../databases/database-state.ts';
import type { Database } from '../routes/database.ts';
import { checkDatabases, isDatabasesTarget } from '../target/check-databases.ts';
import { checkDriverOptions } from '../target/check-driver-options.ts';
import { fromEnvironment } from '../target/environment-url.ts';
import { severalUrls } from '../target/several-urls.ts';
import { checkTarget } from '../target/check-target.ts';
import { checkClient } from '../target/client-kind.ts';
import type {
  ClusterTarget,
  ClusterTargetUrl,
  DatabasesTarget,
  ResilienceTarget,
} from '../target/resilience-target.ts';

/**
 * Creates an ioredis client whose commands are all protected. Each command has a deadline and waits only briefly for a
 * connection, no retry silently runs a write twice, circuits reject commands while Redis fails, and the connection
 * recovers by itself. The function does not throw if Redis is unavailable, so the application can start without Redis.
 *
 * If the URL is known only at run time, `client` has the type `Redis`; if the URL leads to a Cluster, write
 * `createRedisResilience<Cluster>(url)`.
 *
 * @param target a URL (`redis`, `rediss`, `unix`, `redis+sentinel`, `redis+cluster`), ioredis options, `{ cluster:
 *   [...] }`, sentinels, or `{ databases: [...] }`, which may be abbreviated to several URLs separated by commas;
 *   default `redis://localhost:6379`
 * @throws ConfigurationError for a malformed target or option, before any connection is opened
 * @example
 * const resilience = createRedisResilience('redis://localhost:6379');
 * await resilience.client.set('greeting', 'hello');
 * resilience.snapshot().status; // 'up'
 */
export function createRedisResilience(
  target: ClusterTarget | ClusterTargetUrl,
  options?: ResilienceOptions,
): RedisResilience<Cluster>;
export function createRedisResilience<Client extends Redis | Cluster = Redis>(
  target?: Exclude<ResilienceTarget, ClusterTarget>,
  options?: ResilienceOptions,
): RedisResilience<Client>;
export function createRedisResilience(
  target?: ResilienceTarget,
  options?: ResilienceOptions,
): RedisResilience;
export function createRedisResilience(
  target: ResilienceTarget = 'redis://localhost:6379',
  options: ResilienceOptions = noOptions,
): RedisResilience {
  if (typeof options === 'number' && !(typeof target === 'string' && target.includes('://'))) {
    throw new ConfigurationError(
      'The target of createRedisResilience() is one argument. Write createRedisResilience({ host, port }).',
    );
  }
  const settings = resolveSettings(options);
  const databases = typeof target === 'string' ? severalUrls(target) : target;
  if (databases !== undefined && isDatabasesTarget(databases)) return createForDatabases(databases, options);
  checkSingle(options);
  const checked = checkTarget(target as Exclude<ResilienceTarget, DatabasesTarget>);
  if (checked.kind === 'cluster') {
    const cluster = lazyCluster(checked.nodes, checked.options);
    const resilience = new Engine(cluster, settings, (parts) => attachCluster(cluster, parts));
    setLazy(cluster, checked.options.lazyConnect === true);
    return resilience;
  }
  const client = lazyRedis(checked.options);
  return protectRedis(client, options, checked.options.lazyConnect === true, undefined, settings);
}

/**
 * Protects an existing ioredis client, and the duplicates that are created from now on. The client's own options for
 * retries, queues and timeouts no longer apply, with one exception: the `commandTimeout` of a `Redis` client becomes
 * the default of `timeoutMs`. If a `Redis` client was created for replicas (`role: 'slave'` behind Sentinel, or
 * `readOnly: true`), the default of `connection.role` is `any`.
 *
 * @throws ConfigurationError if an option is not allowed, or the client is already protected
 * @example
 * const resilience = protect(new Redis({ host: 'localhost', lazyConnect: true }));
 */
export function protect<Client extends Redis | Cluster>(
  client: Client,
  options: ResilienceOptions = noOptions,
): RedisResilience<Client> {
  checkClient(client, hasEnded(client));
  if (isMonitor(client)) {
    throw new ConfigurationError(
      'protect() was given a client that monitors the server, and runs no commands. Protect the client whose monitor() ' +
        'made it: protect(client).client.monitor().',
    );
  }
  checkSingle(options);
  const resilience = isCluster(client) ? protectCluster(client, options) : protectRedis(client, options);
  return resilience as RedisResilience<Client>;
}

let defaultResilience: RedisResilience | undefined;

/**
 * Returns the `RedisResilience` that `redisGuard()` uses by default. The first call creates this `RedisResilience`, for
 * the URL in the environment variable `REDIS_URL` or, if that is not set, for `redis://localhost:6379`. After the
 * `RedisResilience` has been closed, the next call creates a new one. The property `client` has the type `Redis`. If
 * `REDIS_URL` leads to a Cluster, write `defaultRedisResilience<Cluster>()`.
 *
 * @throws ConfigurationError if `REDIS_URL` is malformed
 */
export function defaultRedisResilience<Client extends Redis | Cluster = Redis>(): RedisResilience<Client> {
  if (defaultResilience === undefined) {
    const made = fromEnvironment((url) => createRedisResilience<Redis | Cluster>(url));
    made.on('closed', () => {
      if (defaultResilience === made) defaultResilience = undefined;
    });
    defaultResilience = made;
  }
  return defaultResilience as RedisResilience<Client>;
}

function protectCluster(cluster: Cluster, options: ResilienceOptions): RedisResilience {
  checkUnprotected(cluster);
  return new Engine(cluster, resolveSettings(options), (parts) => attachCluster(cluster, parts));
}

function createForDatabases(target: DatabasesTarget, options: ResilienceOptions): RedisResilience {
  const databases = checkDatabases(target);
  const { given } = preferredOf(databases);
  const resilience = protectRedis(lazyRedis(given), options, given.lazyConnect === true, databases);
  noteDatabases(resilience, databases);
  return resilience;
}

function protectRedis(
  client: Redis,
  options: ResilienceOptions,
  isLazy?: boolean,
  databases?: readonly Database[],
  known?: Settings,
): RedisResilience {
  checkUnprotected(client);
  const { Connector, host } = optionsOf(client);
  checkDriverOptions('redis', { Connector, host }, 'options');
  const completed = takenOver(client, options);
  const settings = known !== undefined && completed === options ? known : resolveSettings(completed);
  const resilience = new Engine(client, settings, (parts) => attachRedis(client, parts, databases));
  if (isLazy !== undefined) setLazy(client, isLazy);
  return resilience;
}

/** Returns the given options, with defaults taken from the client's own options. */
function takenOver(client: Redis, options: ResilienceOptions): ResilienceOptions {
  const { commandTimeout, role, readOnly } = optionsOf(client);
  const timeoutMs = options.timeoutMs ?? timeoutOf(commandTimeout);
  const wantsReplica = role === 'slave' || readOnly === true;
  if (timeoutMs === options.timeoutMs && !wantsReplica) return options;
  return {
    ...options,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(wantsReplica ? { connection: { role: 'any', ...options.connection } } : {}),
  };
}

// An environment variable makes the number a string. ioredis ignores any other value, such as null.
function timeoutOf(commandTimeout: unknown): number | undefined {
  const isText = typeof commandTimeout === 'string' && commandTimeout !== '';
  const timeoutMs = isText ? Number(commandTimeout) : commandTimeout;
  if (typeof timeoutMs !== 'number') return undefined;
  isDuration(timeoutMs, 'commandTimeout');
  return timeoutMs;
}

const isDuration = durationOf(1);

function checkSingle(options: ResilienceOptions): void {
  const name = (['failover', 'failback'] as const).find((each) => options[each] !== undefined);
  if (name === undefined) return;
  throw new ConfigurationError(
    `The option options.${name} needs several databases: createRedisResilience({ databases: [...] }, { ${name} }).`,
  );
}

function checkUnprotected(client: Redis | Cluster): void {
  if (isProtected(client)) {
    throw new ConfigurationError('This client is protected already: use the resilience that protects it.');
  }
}
