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
 * The server of Nest's Redis transport on protected connections, for `connectMicroservice` and `createMicroservice`.
 * The service starts even while Redis is down, handles requests as soon as Redis is up, and again after each outage. A
 * response that cannot be sent is lost, like every Redis Pub/Sub message whose receiver is disconnected; the requester
 * has a timeout for that.
 *
 * @throws {@link ConfigurationError} when an option is unknown, or `resilience` is not a RedisResilience
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

  // Nest 12 awaits the result, Nest 11 does not.
  // oxlint-disable-next-line typescript/no-explicit-any
  override createRedisClient(): any {
    return ownConnection(this.#resilience);
  }

  // Does not wait for the connection, because subscriptions do so on their own.
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
