import {
  ConfigurableModuleBuilder,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type Provider,
} from '@nestjs/common';
import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { checkKnownOptions, type OptionNames } from '@redis-resilience/core/kit';
import { RedisResilienceCoreModule, RedisResilienceRegistry } from './redis-resilience.registry.ts';
import {
  checkModuleOptions,
  createResilience,
  type RedisResilienceModuleExtras,
  type RedisResilienceModuleOptions,
} from './redis-resilience.options.ts';
import { checkOptionsFactory, withCheckedMethod, withoutFactory } from './options-factory.ts';
import { DEFAULT_CONNECTION, getRedisClientToken, getRedisResilienceToken } from './tokens.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<RedisResilienceModuleOptions>({
    moduleName: 'RedisResilience',
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createRedisResilienceOptions')
    .setExtras<RedisResilienceModuleExtras>(
      { name: DEFAULT_CONNECTION, isGlobal: true }, // their keys tell Nest which options are extras
      (definition, { name = DEFAULT_CONNECTION, isGlobal = true }) => ({
        ...definition,
        global: isGlobal,
        providers: [...(definition.providers ?? []), ...providersOf(name)],
        exports: [...(definition.exports ?? []), getRedisResilienceToken(name), getRedisClientToken(name)],
      }),
    )
    .build();

/** Options of {@link RedisResilienceModule.forRootAsync}. */
export type RedisResilienceAsyncOptions = ConfigurableModuleAsyncOptions<
  RedisResilienceModuleOptions,
  'createRedisResilienceOptions'
> &
  Partial<RedisResilienceModuleExtras>;

/** @throws {@link ConfigurationError} for an unknown option, and for an option that only a factory can provide */
function checkAsyncOptions(options: RedisResilienceAsyncOptions): void {
  if (typeof options !== 'object' || options === null) throw withoutFactory();
  const ofConnection = Object.keys(options).find((name) => connectionOptionNames.includes(name));
  if (ofConnection !== undefined) {
    throw new ConfigurationError(
      `RedisResilienceModule.forRootAsync() takes a factory. Write forRoot({ ${ofConnection} }), or ` +
        `forRootAsync({ useFactory: () => ({ ${ofConnection} }) }).`,
    );
  }
  checkKnownOptions('RedisResilienceModule.forRootAsync', options, asyncOptionNames);
  checkOptionsFactory(options);
}

const connectionOptionNames = ['url', 'options', 'databases', 'client', 'host', 'port'];

const asyncOptionNames: OptionNames<RedisResilienceAsyncOptions> = {
  name: true,
  isGlobal: true,
  imports: true,
  inject: true,
  useFactory: true,
  useClass: true,
  useExisting: true,
  provideInjectionTokensFrom: true,
};

/**
 * Provides one connection to Redis. Import the module once for each connection, with a different `name`.
 *
 * When the application shuts down, the connection closes after everything else. Call `app.enableShutdownHooks()`, so
 * that a signal such as SIGTERM closes the connections, too.
 *
 * @example
 * @Module({
 *   imports: [
 *     RedisResilienceModule.forRoot({ url: 'redis://localhost:6379' }),
 *     RedisResilienceModule.forRootAsync({ name: 'queue', inject: [Settings], useFactory: (s) => ({ url: s.queueUrl }) }),
 *   ],
 * })
 * export class AppModule {}
 */
@Module({ imports: [RedisResilienceCoreModule] })
export class RedisResilienceModule extends ConfigurableModuleClass {
  /** @throws {@link ConfigurationError} when an option is unknown */
  static override forRoot(
    options: RedisResilienceModuleOptions & RedisResilienceModuleExtras = {},
  ): DynamicModule {
    checkModuleOptions(options);
    return super.forRoot(options);
  }

  /** @throws {@link ConfigurationError} when an option is unknown; the factory's options are checked at startup */
  static override forRootAsync(options: RedisResilienceAsyncOptions): DynamicModule {
    checkAsyncOptions(options);
    const definition = super.forRootAsync(options);
    const source = options.useExisting ?? options.useClass;
    if (source === undefined || options.useFactory !== undefined) return definition;
    const providers = definition.providers?.map((each) =>
      'useFactory' in each && each.provide === MODULE_OPTIONS_TOKEN ? withCheckedMethod(each, source) : each,
    );
    return { ...definition, providers: providers ?? [] };
  }
}

function providersOf(name: string): Provider[] {
  const resilienceToken = getRedisResilienceToken(name);
  return [
    {
      provide: resilienceToken,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: RedisResilienceModuleOptions) => createResilience(options, name),
    },
    {
      provide: getRedisClientToken(name),
      inject: [resilienceToken],
      useFactory: (resilience: RedisResilience) => resilience.client,
    },
    {
      // Registers the connection in a provider of its own, so that the registry also gets a connection with which a
      // test overrides the original one.
      provide: `RedisResilienceRegistration:${name}`,
      inject: [resilienceToken, RedisResilienceRegistry],
      useFactory: (resilience: RedisResilience, registry: RedisResilienceRegistry) =>
        registry.add(name, resilience),
    },
  ];
}
