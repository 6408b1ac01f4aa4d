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
import { checkOptionNames, targetOptionNames } from '@redis-resilience/core/kit';

/**
 * The options of one connection: its target and all of core's options. The target is one of `url`, `options`,
 * `databases` and `client`; by default, the environment variable REDIS_URL, or `redis://localhost:6379` if it is not
 * set.
 */
export interface RedisResilienceModuleOptions extends Omit<ResilienceOptions, 'name'> {
  /** A URL such as `redis://localhost:6379`. Default: the environment variable REDIS_URL, or `redis://localhost:6379` if it is not set. */
  readonly url?: string;
  /** ioredis options, or a Sentinel or Cluster target, instead of `url`. Default: none. */
  readonly options?: Exclude<ResilienceTarget, string>;
  /** Several Redis databases, one of which is in use at a time, instead of `url`. Default: none. */
  readonly databases?: DatabasesTarget['databases'];
  /** An ioredis client to protect, instead of `url`. Default: none. */
  readonly client?: Parameters<typeof protect>[0];
}

/** Options that Nest needs before a factory has created the others. */
export interface RedisResilienceModuleExtras {
  /** Name of the connection. Default `default`. */
  readonly name?: string;
  /** Whether all modules can inject the connection, not only those that import this one. Default `true`. */
  readonly isGlobal?: boolean;
}

/** The interface of a class that `forRootAsync` uses with `useClass` or `useExisting`. */
export interface RedisResilienceOptionsFactory {
  createRedisResilienceOptions(): RedisResilienceModuleOptions | Promise<RedisResilienceModuleOptions>;
}

const own = new Logger('RedisResilience');

/** The Nest application's logger, in the form that core expects. */
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
  checkModuleOptions(moduleOptions);
  const { url, options, databases, client, logger = nestLogger, ...others } = moduleOptions;
  const rest = { ...others, logger };
  if ([url, options, databases, client].filter((target) => target !== undefined).length > 1) {
    throw new ConfigurationError(
      `The Redis connection ${name} takes one of url, options, databases and client, not several.`,
    );
  }
  if (client) return protect(client, { ...rest, name });
  const several = databases === undefined ? undefined : { databases };
  const target = url ?? options ?? several ?? (process.env['REDIS_URL'] || undefined);
  return createRedisResilience(target, { ...rest, name });
}
