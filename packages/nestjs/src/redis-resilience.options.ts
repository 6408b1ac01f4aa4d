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
import { checkOptionNames } from '@redis-resilience/core/kit';

/**
 * The options of one connection: its target and all options of core. The target is one of `url`, `options`, `databases`
 * and `client`; by default the environment variable REDIS_URL, else `redis://localhost:6379`.
 */
export interface RedisResilienceModuleOptions extends Omit<ResilienceOptions, 'name'> {
  /** A URL such as `redis://localhost:6379`. */
  readonly url?: string;
  /** ioredis options, or a Sentinel or Cluster target. */
  readonly options?: Exclude<ResilienceTarget, string>;
  /** Several databases, of which one is in use. */
  readonly databases?: DatabasesTarget['databases'];
  /** An ioredis client to protect. */
  readonly client?: Parameters<typeof protect>[0];
}

/** Options that Nest needs before a factory has made the others. */
export interface RedisResilienceModuleExtras {
  /** Name of the connection. Default `default`. */
  readonly name?: string;
  /** Whether all modules can inject the connection, not only those that import this one. Default `true`. */
  readonly isGlobal?: boolean;
}

/** The interface of a class that `useClass` or `useExisting` of `forRootAsync` names. */
export interface RedisResilienceOptionsFactory {
  createRedisResilienceOptions(): RedisResilienceModuleOptions | Promise<RedisResilienceModuleOptions>;
}

const own = new Logger('RedisResilience');

/** The logger of the Nest application, as core calls it. */
const nestLogger = {
  info: (line: string): void => own.log(line),
  warn: (line: string): void => own.warn(line),
  error: (line: string): void => own.error(line),
};

/** @throws {@link ConfigurationError} for an unknown option, and for a value that is not an object of options */
export function checkModuleOptions(
  options: RedisResilienceModuleOptions & RedisResilienceModuleExtras,
): void {
  const meant = meantBy(options);
  if (meant !== undefined)
    throw new ConfigurationError(`RedisResilienceModule takes options. Write forRoot(${meant}).`);
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
