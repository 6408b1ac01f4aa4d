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
 * One connection: where it goes (`url`, `options` or `client`; by default the environment variable REDIS_URL, else
 * redis://localhost:6379), and everything core takes.
 */
export interface RedisResilienceModuleOptions extends Omit<ResilienceOptions, 'name'> {
  readonly url?: string;
  /** ioredis options, or a Sentinel or Cluster target. */
  readonly options?: Exclude<ResilienceTarget, string>;
  /** A client somebody else made; it is protected as it is. */
  readonly client?: Parameters<typeof protect>[0];
}

/** Makes what `useClass` and `useExisting` of `forRootAsync` name. */
export interface RedisResilienceOptionsFactory {
  createRedisResilienceOptions(): RedisResilienceModuleOptions | Promise<RedisResilienceModuleOptions>;
}

/** @throws {@link ConfigurationError} when an option is unknown, or several of `url`, `options` and `client` are given */
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
