import type { ConfigurableModuleAsyncOptions, FactoryProvider } from '@nestjs/common';
import { ConfigurationError } from '@redis-resilience/core';
import type { RedisResilienceModuleOptions } from './redis-resilience.options.ts';

const method = 'createRedisResilienceOptions';

type FactoryOptions = Pick<
  ConfigurableModuleAsyncOptions<RedisResilienceModuleOptions, typeof method>,
  'useFactory' | 'useClass' | 'useExisting'
>;

/** Creates the error for `forRootAsync()` without a factory. */
export function withoutFactory(): ConfigurationError {
  return new ConfigurationError(
    'RedisResilienceModule.forRootAsync() takes a factory. Write forRootAsync({ useFactory: () => ({ url }) }), or, ' +
      'if the options are known already, forRoot({ url }).',
  );
}

/** @throws {@link ConfigurationError} if there is no factory, or if `useFactory` or `useClass` is not a function */
export function checkOptionsFactory({ useFactory, useClass, useExisting }: FactoryOptions): void {
  if ([useFactory, useClass, useExisting].every((given) => given === undefined)) throw withoutFactory();
  if (useFactory !== undefined && typeof useFactory !== 'function') throw withoutFactory();
  if (useClass !== undefined && typeof useClass !== 'function') {
    throw new ConfigurationError(
      'The option useClass of RedisResilienceModule.forRootAsync() takes a class, not an instance of it.',
    );
  }
}

/**
 * Makes the provider of the options check that a `useClass` or `useExisting` has the method that Nest calls. Without
 * this check, Nest would only report that something is not a function.
 */
export function withCheckedMethod(provider: FactoryProvider, source: unknown): FactoryProvider {
  return {
    ...provider,
    useFactory: (factory: unknown) => {
      if (typeof (factory as Partial<Record<typeof method, unknown>> | null)?.[method] === 'function')
        return provider.useFactory(factory) as unknown;
      const name = typeof source === 'function' ? source.name : 'The value of useExisting';
      throw new ConfigurationError(
        `${name} has no method ${method}(), from which RedisResilienceModule.forRootAsync() gets the options. Let it ` +
          'implement RedisResilienceOptionsFactory, or write useFactory: () => ({ url }).',
      );
    },
  };
}
