import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { DEFAULT_CONNECTION } from './tokens.ts';

/**
 * All connections of the application, by name. Guards, health indicators and health endpoints find the connections in
 * this registry.
 */
@Injectable()
export class RedisResilienceRegistry implements OnApplicationShutdown {
  readonly #resiliences = new Map<string, RedisResilience>();

  /**
   * @throws {@link ConfigurationError} when another connection has this name. The application cannot start
   * with two connections of the same name, so all connections are closed.
   */
  add(name: string, resilience: RedisResilience): RedisResilience {
    if (this.#resiliences.has(name)) {
      void Promise.allSettled([resilience.close(), this.onApplicationShutdown()]);
      throw new ConfigurationError(
        `The Redis connection ${name} is registered twice; give one of the RedisResilienceModule imports another name.`,
      );
    }
    this.#resiliences.set(name, resilience);
    return resilience;
  }

  /** @throws {@link ConfigurationError} when no connection has this name */
  get(name: string = DEFAULT_CONNECTION): RedisResilience {
    const resilience = this.#resiliences.get(name);
    if (resilience) return resilience;
    const known = [...this.#resiliences.keys()].join(', ') || 'none';
    throw new ConfigurationError(
      `No Redis connection is named ${name} (known: ${known}); import RedisResilienceModule.forRoot() with this name.`,
    );
  }

  all(): readonly RedisResilience[] {
    return [...this.#resiliences.values()];
  }

  /**
   * Closes all connections. Nest runs this hook last, because the module is global; until then, requests and workers
   * may still need Redis.
   */
  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.all().map(async (resilience) => resilience.close()));
  }
}

/** Provides the registry. An application has one instance of this module, however many connections it has. */
@Global()
@Module({ providers: [RedisResilienceRegistry], exports: [RedisResilienceRegistry] })
export class RedisResilienceCoreModule {}
