import { Controller, Get, Inject, Module, Optional, Res, VERSION_NEUTRAL } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ConfigurationError } from '@redis-resilience/core';
import {
  checkCritical,
  defaultHealthPaths,
  healthResponderReaders,
  renderHealth,
  renderLiveness,
  renderReadiness,
  type HealthResponderOptions,
  type PlainResponse,
} from '@redis-resilience/core/http';
import { checkOptions, functionsOf, type OptionReaders } from '@redis-resilience/core/kit';
import { WithoutRedisGuard } from './redis-guard.interceptor.ts';
import { RedisResilienceRegistry } from './redis-resilience.registry.ts';
import { send } from './reply.ts';

/** Options of {@link RedisHealthEndpointsModule}. */
export interface RedisHealthEndpointsOptions extends HealthResponderOptions {
  /**
   * Decorators to apply to the controller of the endpoints, for example your `@Public()` if a global guard would reject
   * health probes. Default: none.
   */
  readonly decorators?: readonly ClassDecorator[];
}

const readers: OptionReaders<RedisHealthEndpointsOptions> = {
  ...healthResponderReaders,
  decorators: functionsOf,
};

const configured = Symbol('RedisHealthEndpointsModule.forRoot');

/**
 * Handles GET and HEAD requests to `/livez`, `/readyz` and `/health/redis`, without I/O, from snapshots in memory.
 * `/readyz` and `/health/redis` report on all connections. With Terminus, use the entry point
 * `@redis-resilience/nestjs/terminus` instead.
 *
 * @example
 * imports: [RedisResilienceModule.forRoot({ url }), RedisHealthEndpointsModule.forRoot({ critical: ['sessions'] })]
 */
@Module({})
export class RedisHealthEndpointsModule {
  /**
   * @throws {@link ConfigurationError} when an option is unknown or invalid. If `critical` names a connection that does
   * not exist, the start of the application fails.
   */
  static forRoot(options: RedisHealthEndpointsOptions = {}): DynamicModule {
    checkOptions('RedisHealthEndpointsModule', options, readers);
    return {
      module: RedisHealthEndpointsModule,
      controllers: [controllerFor(options)],
      providers: [{ provide: configured, useValue: true }],
    };
  }

  constructor(@Optional() @Inject(configured) isConfigured?: true) {
    if (isConfigured) return;
    throw new ConfigurationError(
      'RedisHealthEndpointsModule is imported without its endpoints. Write RedisHealthEndpointsModule.forRoot().',
    );
  }
}

function controllerFor({ paths, decorators = [], ...options }: RedisHealthEndpointsOptions): Type {
  const { live, ready, health } = { ...defaultHealthPaths, ...paths };

  @WithoutRedisGuard
  @Controller({ version: VERSION_NEUTRAL })
  class RedisHealthController implements OnApplicationBootstrap {
    readonly #registry: RedisResilienceRegistry;
    readonly #host: HttpAdapterHost;

    constructor(
      @Inject(RedisResilienceRegistry) registry: RedisResilienceRegistry,
      @Inject(HttpAdapterHost) host: HttpAdapterHost,
    ) {
      this.#registry = registry;
      this.#host = host;
    }

    onApplicationBootstrap(): void {
      const names = this.#registry.all().map(({ name }) => name);
      checkCritical('RedisHealthEndpointsModule', options.critical, names);
    }

    @Get(live)
    live(@Res() response: unknown): void {
      this.#send(response, renderLiveness());
    }

    @Get(ready)
    ready(@Res() response: unknown): void {
      this.#send(response, renderReadiness(this.#registry.all(), options));
    }

    @Get(health)
    health(@Res() response: unknown): void {
      this.#send(response, renderHealth(this.#registry.all(), options));
    }

    #send(response: unknown, answer: PlainResponse): void {
      send(this.#host.httpAdapter, response, answer);
    }
  }
  for (const decorate of decorators) decorate(RedisHealthController);
  return RedisHealthController;
}
