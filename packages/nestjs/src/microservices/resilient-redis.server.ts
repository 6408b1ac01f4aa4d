import { ServerRedis, type RedisOptions } from '@nestjs/microservices';
import type { RedisResilience } from '@redis-resilience/core';
import { checkKnownOptions, checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import { ownConnection } from './own-connection.ts';

type TransportOptions = NonNullable<RedisOptions['options']>;

/** Options of {@link ResilientRedisServer}: those of Nest's Redis transport that do not say where to connect. */
export interface ResilientRedisServerOptions extends Pick<
  TransportOptions,
  'wildcards' | 'serializer' | 'deserializer'
> {
  readonly resilience: RedisResilience;
}

/**
 * Nest's Redis transport on protected connections, for `connectMicroservice` and `createMicroservice`. The service starts
 * while Redis is away, takes requests when Redis is there, and again after each outage. An answer that cannot be sent is
 * lost, as every message of Redis Pub/Sub is while its receiver is away; the requester has a time limit for that.
 *
 * @throws {@link ConfigurationError} when an option is unknown, or the resilience is not one
 * @example
 * app.connectMicroservice({ strategy: new ResilientRedisServer({ resilience: app.get(getRedisResilienceToken()) }) });
 */
export class ResilientRedisServer extends ServerRedis {
  readonly #resilience: RedisResilience;

  constructor(given: ResilientRedisServerOptions) {
    checkKnownOptions('ResilientRedisServer', given, {
      resilience: true,
      wildcards: true,
      serializer: true,
      deserializer: true,
    });
    const { resilience, ...options } = given;
    checkArgument('ResilientRedisServer.resilience', resilience, resilienceOf);
    super(options);
    this.#resilience = resilience;
  }

  // Nest 12 awaits it, Nest 11 does not.
  // oxlint-disable-next-line typescript/no-explicit-any
  override createRedisClient(): any {
    return ownConnection(this.#resilience);
  }

  // Subscriptions wait for their connection by themselves.
  override start(callback?: () => void): void {
    this.bindEvents(this.subClient, this.pubClient);
    callback?.();
  }

  override getPublisher(...args: Parameters<ServerRedis['getPublisher']>): (response: unknown) => unknown {
    const publish = super.getPublisher(...args) as (response: unknown) => Promise<unknown>;
    return (response) =>
      publish(response).catch((error: unknown) => this.logger.warn(`An answer was lost. ${String(error)}`));
  }
}
