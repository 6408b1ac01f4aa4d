import { ServerRedis, type RedisOptions } from '@nestjs/microservices';
import type { RedisResilience } from '@redis-resilience/core';
import { checkKnownOptions, checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import { ownConnection } from './own-connection.ts';

type TransportOptions = NonNullable<RedisOptions['options']>;

/**
 * Options of {@link ResilientRedisServer}. `wildcards`, `serializer` and `deserializer` are those of Nest's Redis
 * transport.
 */
export interface ResilientRedisServerOptions extends Pick<
  TransportOptions,
  'wildcards' | 'serializer' | 'deserializer'
> {
  readonly resilience: RedisResilience;
}

/**
 * A server for Nest's Redis transport, with protected connections. Pass an instance to `connectMicroservice` or
 * `createMicroservice` as `strategy`. The service can start while Redis is down. The service handles requests as soon
 * as Redis is up, and again after each outage. A response that cannot be sent is lost; the client that waits for it
 * fails the request after a timeout.
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

  // The type is `any`, because Nest 12 awaits the result and Nest 11 does not.
  // oxlint-disable-next-line typescript/no-explicit-any
  override createRedisClient(): any {
    return ownConnection(this.#resilience);
  }

  // Calls the callback without waiting for the connection, because subscriptions wait for the connection on their own.
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
