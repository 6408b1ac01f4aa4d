import { Inject, Module, type DynamicModule, type InjectionToken, type Type } from '@nestjs/common';
import type { BeforeApplicationShutdown, NestModule, OptionalFactoryDependency } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { checkKnownOptions } from '@redis-resilience/core/kit';
import type { StatusPageOptions } from '../options.ts';
import { createStatusPage, type StatusPage } from '../status-page.ts';

const STATUS_PAGE = Symbol('RedisStatusPage');

/** Options of {@link RedisStatusPageModule.forRootAsync}. */
export interface RedisStatusPageAsyncOptions {
  readonly imports?: readonly (Type | DynamicModule)[];
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  // With the type `never[]`, a factory may declare any types for its injected arguments.
  readonly useFactory: (...injected: never[]) => StatusPageOptions | Promise<StatusPageOptions>;
}

/**
 * Serves the live status page in a Nest application on Express or Fastify. The path is `/redis-status`, without the
 * global prefix. By default, the page has no buttons, and is served only where `NODE_ENV` is `development`. The guards
 * of the application do not protect the page: register authentication for it with `app.use()`, or turn the page off
 * where strangers can reach it.
 *
 * @example
 * RedisStatusPageModule.forRootAsync({
 *   inject: [getRedisResilienceToken()],
 *   useFactory: (resilience: RedisResilience) => ({ resilience }),
 * })
 */
@Module({})
export class RedisStatusPageModule implements NestModule, BeforeApplicationShutdown {
  readonly #page: StatusPage;
  readonly #host: HttpAdapterHost;

  constructor(@Inject(STATUS_PAGE) page: StatusPage, @Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#page = page;
    this.#host = host;
  }

  /** @throws {@link ConfigurationError} when an option is unknown or invalid */
  static forRoot(options: StatusPageOptions = {}): DynamicModule {
    return moduleWith({ provide: STATUS_PAGE, useValue: createStatusPage(options, 'RedisStatusPageModule') });
  }

  /** @throws {@link ConfigurationError} when an option is unknown; the factory's options are checked at startup */
  static forRootAsync(options: RedisStatusPageAsyncOptions): DynamicModule {
    checkKnownOptions('RedisStatusPageModule.forRootAsync', options, {
      imports: true,
      inject: true,
      useFactory: true,
    });
    const { imports = [], inject = [], useFactory } = options;
    const provider = {
      provide: STATUS_PAGE,
      inject: [...inject],
      useFactory: async (...injected: never[]) =>
        createStatusPage(await useFactory(...injected), 'RedisStatusPageModule'),
    };
    return { ...moduleWith(provider), imports: [...imports] };
  }

  configure(): void {
    const { httpAdapter } = this.#host;
    httpAdapter.use((request: never, response: never, next: () => void) => {
      if (!this.#page.handle(request, response)) next();
    });
  }

  beforeApplicationShutdown(): void {
    this.#page.close();
  }
}

function moduleWith(provider: NonNullable<DynamicModule['providers']>[number]): DynamicModule {
  return { module: RedisStatusPageModule, providers: [provider] };
}
