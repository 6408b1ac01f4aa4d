import { Logger } from '@nestjs/common';
import {
  ConfigurationError,
  createRedisResilience,
  protect,
  type DatabasesTarget,
  type RedisResilience,
  type ResilienceOptions,
  type ResilienceTarget,
} from '@redis-resilience/core';
import { checkOptionNames, fromEnvironment, targetOptionNames } from '@redis-resilience/core/kit';

/**
 * The options of one connection: its target, and all of core's options. Set at most one of `url`, `options`,
 * `databases` and `client`. Without any of them, the target is the environment variable REDIS_URL, or
 * `redis://localhost:6379` if that variable is not set.
 */
export interface RedisResilienceModuleOptions extends Omit<ResilienceOptions, 'name'> {
  /** The URL of Redis. Default: the environment variable REDIS_URL, or `redis://localhost:6379` if it is not set. */
  readonly url?: string | undefined;
  /** Instead of `url`: ioredis options, or a Sentinel or Cluster target of core. Default: none. */
  readonly options?: Exclude<ResilienceTarget, string>;
  /** Instead of `url`: several Redis databases, one of which is in use at a time. Default: none. */
  readonly databases?: DatabasesTarget['databases'];
  /** Instead of `url`: an ioredis client to protect. Default: none. */
  readonly client?: Parameters<typeof protect>[0];
}

/**
 * Options that are passed to `forRoot` or `forRootAsync` directly, because Nest needs them before the factory
 * returns the other options.
 */
export interface RedisResilienceModuleExtras {
  /** The name of the connection. Default `default`. */
  readonly name?: string;
  /**
   * Whether all modules can inject the connection. If false, only modules that import this module can inject
   * it. Default `true`.
   */
  readonly isGlobal?: boolean;
}

/** The interface of a class that you pass to `forRootAsync` as `useClass` or `useExisting`. */
export interface RedisResilienceOptionsFactory {
  createRedisResilienceOptions(): RedisResilienceModuleOptions | Promise<RedisResilienceModuleOptions>;
}

const own = new Logger('RedisResilience');

/** A logger for core that writes to the logger of the Nest application. */
const nestLogger = {
  info: (line: string): void => own.log(line),
  warn: (line: string): void => own.warn(line),
  error: (line: string): void => own.error(line),
};

/** @throws {@link ConfigurationError} for an unknown option, and for a value that is not an options object */
export function checkModuleOptions(
  options: RedisResilienceModuleOptions & RedisResilienceModuleExtras,
): void {
  const meant = meantBy(options);
  if (meant !== undefined)
    throw new ConfigurationError(`RedisResilienceModule takes options. Write forRoot(${meant}).`);
  const ofDriver = Object.keys(options).find(
    (name) => targetOptionNames.includes(name) || name === 'cluster',
  );
  if (ofDriver !== undefined)
    throw new ConfigurationError(
      `The option RedisResilienceModule.${ofDriver} does not exist: it belongs to the connection. ` +
        `Write forRoot({ options: { ${ofDriver} } }).`,
    );
  checkOptionNames('RedisResilienceModule', options, ['url', 'options', 'databases', 'client', 'isGlobal']);
}

function meantBy(given: unknown): string | undefined {
  if (typeof given === 'string') return '{ url }';
  if (typeof (given as { duplicate?: unknown } | null)?.duplicate === 'function') return '{ client }';
  if (given instanceof URL) return '{ url: url.href }';
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? undefined : '{ url }';
}

/** @throws {@link ConfigurationError} for an unknown option, or for more than one target */
export function createResilience(moduleOptions: RedisResilienceModuleOptions, name: string): RedisResilience {
  if (moduleOptions === undefined || moduleOptions === null) {
    throw new ConfigurationError(
      `The factory of the Redis connection ${name} returned no options. Write useFactory: () => ({ url }).`,
    );
  }
  checkModuleOptions(moduleOptions);
  refuseExtras(moduleOptions, name);
  const { url, options, databases, client, logger = nestLogger, ...others } = moduleOptions;
  const rest = { ...others, logger };
  if ([url, options, databases, client].filter((target) => target !== undefined).length > 1) {
    throw new ConfigurationError(
      `The Redis connection ${name} takes one of url, options, databases and client, not several. The options of ` +
        'core, such as timeoutMs, stand beside it: forRoot({ url, timeoutMs }).',
    );
  }
  if (client) return protect(client, { ...rest, name });
  const several = databases === undefined ? undefined : { databases };
  const target = url ?? options ?? several;
  const create = (given: ResilienceTarget | undefined): RedisResilience =>
    createRedisResilience(given, { ...rest, name });
  return target === undefined ? fromEnvironment(create) : create(target);
}

/** Rejects options that a factory returns too late: Nest reads them before it calls the factory. */
function refuseExtras(options: object, registeredName: string): void {
  const { name = registeredName, isGlobal } = options as Partial<RedisResilienceModuleExtras>;
  if (name === registeredName && isGlobal === undefined) return;
  const extra = isGlobal === undefined ? 'name' : 'isGlobal';
  throw new ConfigurationError(
    `The option ${extra} belongs beside the factory. Write forRootAsync({ ${extra}, useFactory: () => ({ url }) }).`,
  );
}
