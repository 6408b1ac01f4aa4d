import { ClientRedis, type ReadPacket, type RedisOptions, type WritePacket } from '@nestjs/microservices';
import {
  OutcomeUnknownError,
  RedisUnavailableError,
  systemClock,
  type Clock,
  type RedisResilience,
} from '@redis-resilience/core';
import {
  checkArgument,
  checkKnownOptions,
  checkOptions,
  clockOf,
  durationOf,
  resilienceOf,
  tooLate,
} from '@redis-resilience/core/kit';
import type { Redis } from 'ioredis';
import { ownConnection } from './own-connection.ts';

type TransportOptions = NonNullable<RedisOptions['options']>;

/** Options of {@link ResilientRedisClient}. `serializer` and `deserializer` are those of Nest's Redis transport. */
export interface ResilientRedisClientOptions extends Pick<TransportOptions, 'serializer' | 'deserializer'> {
  readonly resilience: RedisResilience;
  /** How long a request waits for its response, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /** Source of time, for tests. */
  readonly clock?: Clock;
}

type Answer = (packet: WritePacket) => unknown;

/** A request that is sent as soon as the client is subscribed to the channel of its responses. */
interface WaitingRequest {
  isSettled: boolean;
  readonly answer: Answer;
}

/**
 * A client for Nest's Redis transport, with protected connections. Pass the class to `ClientsModule` as `customClass`.
 * While writes are unavailable, a request fails immediately with a {@link RedisUnavailableError}. If the connection is
 * lost before the response arrives, the request fails with an {@link OutcomeUnknownError}, because the service may have
 * carried it out. If no response arrives within `timeoutMs`, the request fails with a {@link CommandTimeoutError}.
 *
 * @throws {@link ConfigurationError} when an option is invalid
 * @example
 * ClientsModule.registerAsync([
 *   {
 *     name: 'MATH',
 *     inject: [getRedisResilienceToken()],
 *     useFactory: (resilience) => ({ customClass: ResilientRedisClient, options: { resilience } }),
 *   },
 * ]);
 */
export class ResilientRedisClient extends ClientRedis {
  readonly #resilience: RedisResilience;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #waiting = new Set<WaitingRequest>();
  /** The request for which `publish` is running. */
  #issued: WaitingRequest | undefined;
  #stopListening: (() => void) | undefined;

  constructor(given: ResilientRedisClientOptions) {
    checkKnownOptions('ResilientRedisClient', given, {
      resilience: true,
      timeoutMs: true,
      clock: true,
      serializer: true,
      deserializer: true,
    });
    const { resilience, timeoutMs = 5000, clock = systemClock, ...options } = given;
    checkArgument('ResilientRedisClient.resilience', resilience, resilienceOf);
    checkOptions('ResilientRedisClient', { timeoutMs, clock }, { timeoutMs: durationOf(1), clock: clockOf });
    super(options);
    this.#resilience = resilience;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** Starts to connect, and resolves without waiting for the connections. */
  override connect(): Promise<void> {
    if (!this.pubClient) {
      this.pubClient = this.#open('pub');
      this.subClient = this.#open('sub');
      const subscriber = this.subClient as Redis;
      const receive = this.createResponseCallback();
      // Anybody who can publish may send a message that Nest cannot read; such a message must not end the process.
      subscriber.on('message', (channel, message) => {
        receive(channel, message).catch(() =>
          this.logger.warn('A response that cannot be read was ignored.'),
        );
      });
      subscriber.on('close', () => this.#failPending());
      this.#stopListening = this.#resilience.on('change', () => {
        if (this.#isAway()) this.#failWaiting();
      });
    }
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    this.#stopListening?.();
    await super.close();
  }

  protected override publish(packet: ReadPacket, answer: Answer): () => void {
    if (this.#isAway()) {
      answer({ err: this.#unavailable() });
      return () => undefined;
    }
    const settle: Answer = (answered) => {
      if (answered.err !== undefined || answered.isDisposed === true) end();
      return answer(answered);
    };
    const request: WaitingRequest = { isSettled: false, answer: settle };
    const timer = this.#clock.setTimeout(
      () => settle({ err: tooLate('The request', this.#timeoutMs) }),
      this.#timeoutMs,
    );
    const end = (): void => {
      request.isSettled = true;
      this.#waiting.delete(request);
      this.#clock.clearTimeout(timer);
    };
    this.#issued = request;
    const cleanUp = super.publish(packet, settle);
    this.#issued = undefined;
    return () => {
      end();
      cleanUp();
    };
  }

  #open(kind: 'pub' | 'sub'): Redis {
    const client = ownConnection(this.#resilience);
    this.registerErrorListener(client);
    // oxlint-disable-next-line no-underscore-dangle -- Nest chose this name
    const status = this._status$;
    client.on('reconnecting', () => status.next('reconnecting' as never));
    client.on('ready', () => status.next('connected' as never));
    for (const { event, callback } of this.pendingEventListeners) {
      const listener = callback as (kind: 'pub' | 'sub', ...args: unknown[]) => void;
      client.on(event, (...args: unknown[]) => listener(kind, ...args));
    }
    return kind === 'pub' ? this.#reporting(client) : this.#minding(client);
  }

  // Replaces `subscribe`, so that a request is not sent after it has failed. Nest sends a request in the callback of
  // `subscribe`, even if the caller has already received an error for the request.
  #minding(client: Redis): Redis {
    const subscribe = client.subscribe.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const minding = (channel: string, callback?: (error?: Error | null) => void): Promise<unknown> => {
      const request = this.#issued;
      if (request === undefined || callback === undefined) return subscribe(channel, callback);
      this.#waiting.add(request);
      return subscribe(channel, (error?: Error | null) => {
        this.#waiting.delete(request);
        if (!request.isSettled) callback(error);
      });
    };
    return Object.assign(client, { subscribe: minding });
  }

  #failWaiting(): void {
    for (const { answer } of this.#waiting) answer({ err: this.#unavailable() });
  }

  // Replaces `publish`, so that a request fails if it could not be sent. Nest ignores the promise that `publish`
  // returns, so a request that could not be sent would wait until its timeout.
  #reporting(client: Redis): Redis {
    const publish = client.publish.bind(client) as (...args: unknown[]) => Promise<number>;
    const reporting = (...args: unknown[]): Promise<number> => {
      const published = publish(...args);
      if (args.length === 2) published.catch((error: unknown) => this.#failRequest(String(args[1]), error));
      return published;
    };
    return Object.assign(client, { publish: reporting });
  }

  #failRequest(message: string, err: unknown): void {
    const { id } = JSON.parse(message) as { id?: string };
    if (id !== undefined) this.routingMap.get(id)?.({ err });
  }

  #failPending(): void {
    const pending = [...this.routingMap.values()];
    for (const answer of pending) {
      answer({
        err: new OutcomeUnknownError(
          'The connection was lost before the answer came. Check before sending the request again.',
          {
            reason: this.#resilience.snapshot().cause?.code,
            outcome: 'unknown',
            connection: this.#resilience.name,
          },
        ),
      });
    }
  }

  #isAway(): boolean {
    const { writes, connection, cause } = this.#resilience.snapshot();
    return !writes && connection !== 'idle' && (connection !== 'connecting' || cause !== undefined);
  }

  #unavailable(): RedisUnavailableError {
    const { cause, retryAfterMs } = this.#resilience.snapshot();
    return new RedisUnavailableError('Redis is away; the request was not sent. Try again later.', {
      reason: cause?.code,
      retryAfterMs,
      outcome: 'not-applied',
      connection: this.#resilience.name,
    });
  }
}
