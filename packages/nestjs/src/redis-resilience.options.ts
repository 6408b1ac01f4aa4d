import {
  ConfigurationError,
  createRedisResilience,
  protect,
  type RedisResilience,
  type ResilienceOptions,
  type ResilienceTarget,
} from '@redis-resilience/core';
import { checkOptionNames } from '@redis-resilience/core/kit';

/**
 * The options of one connection: its target and all options of core. The target is one of `url`, `options` and
 * `client`; by default the environment variable REDIS_URL, else `redis://localhost:6379`.
 */
export interface RedisResilienceModuleOptions extends Omit<ResilienceOptions, 'name'> {
  /** A URL such as `redis://localhost:6379`. */
  readonly url?: string;
  /** ioredis options, or a Sentinel or Cluster target. */
  readonly options?: Exclude<ResilienceTarget, string>;
  /** An ioredis client to protect. */
  readonly client?: Parameters<typeof protect>[0];
}

/** What a class implements that `useClass` or `useExisting` of `forRootAsync` names. */
export interface RedisResilienceOptionsFactory {
  createRedisResilienceOptions(): RedisResilienceModuleOptions | Promise<RedisResilienceModuleOptions>;
}

/** @throws {@link ConfigurationError} for an unknown option, or for more than one of `url`, `options` and `client` */
export function createResilience(moduleOptions: RedisResilienceModuleOptions, name: string): RedisResilience {
  checkOptionNames('RedisResilienceModule', moduleOptions, ['url', 'options', 'client']);
  const { url, options, client, ...rest } = moduleOptions;
  if ([url, options, client].filter((target) => target !== undefined).length > 1) {
    throw new ConfigurationError(
      `The Redis connection ${name} takes one of url, options and client, not several.`,
    );
  }
  if (client) return protect(client, { ...rest, name });
  const target = url ?? options ?? (process.env['REDIS_URL'] || undefined);
  return createRedisResilience(target, { ...rest, name });
}
