import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { RawClient, type JoinedCommand, type RawRequest, type ReadReplies } from '@redis-resilience/core/kit';
import type { Redis } from 'ioredis';
import type { ClientErrors } from '../client-errors.ts';
import { ruleOf } from './command-rules.ts';
import type { ConnectionNeeds, ConnectionNews } from './connection-news.ts';
import { watchConnection } from './connection-watch.ts';
import { Openings } from './openings.ts';
import { PendingCalls } from './pending-calls.ts';
import { TurnQueue } from './turn-queue.ts';

/** Options of a single call. */
export interface CallOptions {
  readonly timeout?: number | null | undefined;
  readonly abortSignal?: AbortSignal | null | undefined;
}

/**
 * The connection of one client. Clients share a connection, until a command needs one of its own (WATCH, SELECT,
 * blocking commands). If `needs.isOwn` is true, the client has its own connection from the start.
 */
export class ProtectedConnection {
  readonly #resilience: RedisResilience<Redis>;
  readonly #needs: ConnectionNeeds;
  readonly #errors: ClientErrors;
  readonly #tell: (news: ConnectionNews) => void;
  readonly #pending: PendingCalls;
  #own: Redis | undefined;
  #raw: RawClient | undefined;
  #subscriber: Redis | undefined;
  #stopWatching: () => void = ignore;
  #stopAttempts: () => void = ignore;
  readonly #openings = new Openings();
  #isOpen = false;
  #isReady = false;
  /** Whether the client has left the shared connection for one of its own, which is still being established. */
  #isMoving = false;
  /** How often the connection has become ready. */
  epoch = 0;
  /** Commands that are sent in the next microtask: a command with an abort signal, and all commands after it. */
  readonly #turn = new TurnQueue();

  constructor(
    resilience: RedisResilience<Redis>,
    needs: ConnectionNeeds,
    errors: ClientErrors,
    tell: (news: ConnectionNews) => void,
  ) {
    this.#resilience = resilience;
    this.#needs = needs;
    this.#errors = errors;
    this.#tell = tell;
    this.#pending = new PendingCalls(errors);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** The ioredis client for subscriptions. Subscriptions never use the shared connection. */
  get subscriber(): Redis {
    if (this.#own !== undefined) return this.#own;
    this.#subscriber ??= this.#duplicate();
    return this.#subscriber;
  }

  /** Resolves when the connection is ready. If Redis is down, resolves immediately, unless `waitsForReady` is true. */
  open(waitsForReady: boolean): Promise<void> {
    this.#isOpen = true;
    if (this.#needs.isOwn) this.#own = this.#duplicate();
    const client = this.#use();
    if (client.status === 'ready') {
      this.#tell({ kind: 'connect' });
      return this.#becomeReady();
    }
    if (client.status === 'wait' || client.status === 'end') client.connect().catch(ignore);
    const { status, cause } = this.#resilience.snapshot();
    if (!waitsForReady && status === 'down' && cause !== undefined) return Promise.resolve();
    return this.#openings.add(waitsForReady);
  }

  /** Sends a command, and resolves with the value that `read` returns for the bytes of the reply. */
  send(args: JoinedCommand, read: RawRequest['read'], options: CallOptions = {}): Promise<unknown> {
    const [timeout, abortSignal] = [options.timeout || undefined, options.abortSignal || undefined];
    const refusal = this.#refusal(args);
    if (refusal !== undefined) return Promise.reject(refusal);
    const start = (): Promise<unknown> => {
      const call = this.#pending.add((done) => {
        const request = {
          args,
          read: (bytes: Buffer | null) => (done(), read(bytes)),
          fail: (error: Error) => (done(), this.#errors.of(error, timeout !== undefined)),
        };
        return (this.#raw as RawClient).send(request, timeout);
      });
      if (abortSignal !== undefined) this.#pending.abortBy(abortSignal, call);
      return call.promise;
    };
    if (abortSignal === undefined && this.#turn.isEmpty) return start();
    return this.#inTurn(start, abortSignal);
  }

  /** Sends commands as one unit, and resolves with the value that `read` returns for their replies. */
  sendTogether(commands: readonly JoinedCommand[], read: ReadReplies): Promise<unknown> {
    for (const args of commands) {
      const refusal = this.#refusal(args);
      if (refusal !== undefined) return Promise.reject(refusal);
    }
    const start = (): Promise<unknown> =>
      this.#pending.add((done) =>
        (this.#raw as RawClient).sendTogether(
          commands,
          (replies) => (done(), read(replies)),
          (error) => (done(), this.#errors.of(error)),
        ),
      ).promise;
    return this.#turn.isEmpty ? start() : this.#inTurn(start);
  }

  /** Accepts no more commands. Closes the connection when all pending commands have settled. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#pending.answered();
    this.#release();
  }

  /** Closes the connection immediately, and rejects all pending commands. */
  destroy(): void {
    this.#isOpen = false;
    this.#pending.disconnect();
    this.#release();
  }

  get #client(): Redis {
    return this.#own ?? this.#resilience.client;
  }

  // Sends a command in the next microtask, unless `signal` is aborted before then. Later commands wait for it.
  #inTurn(start: () => Promise<unknown>, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(this.#errors.aborted('not-applied'));
    return new Promise((resolve, reject) => {
      this.#turn.add(() => {
        if (signal?.aborted === true) reject(this.#errors.aborted('not-applied'));
        else resolve(start());
      });
    });
  }

  #refusal(args: JoinedCommand): Error | undefined {
    if (!this.#isOpen) return this.#errors.closed();
    const rule = ruleOf(args);
    if (rule.kind === 'refused') {
      return new ConfigurationError(
        `A client of createNodeRedisClient does not send ${args[0]}. ${rule.why}`,
      );
    }
    if (rule.kind === 'own') this.#becomeOwn();
    return this.#isReady ? this.#protocolError() : undefined;
  }

  #protocolError(): Error | undefined {
    const protocol = this.#raw?.protocol;
    if (protocol === undefined || protocol === this.#needs.protocol) return undefined;
    return new ConfigurationError(
      `The connection speaks RESP${protocol}, because the server or its user is not allowed HELLO. Give createNodeRedisClient { RESP: ${protocol} }.`,
    );
  }

  #becomeOwn(): void {
    if (this.#own !== undefined) return;
    this.#isMoving = this.#isReady;
    this.#own = this.#duplicate();
    this.#use();
  }

  #duplicate(): Redis {
    const { protocol, database, name } = this.#needs;
    return this.#resilience.client.duplicate({
      ...(this.#resilience.client.options.protocol === undefined ? {} : { protocol }),
      ...(database === undefined ? {} : { db: database }),
      ...(name === undefined ? {} : { connectionName: name }),
      lazyConnect: false,
    });
  }

  #use(): Redis {
    const client = this.#client;
    this.#stopWatching();
    this.#raw = new RawClient(client);
    this.#stopWatching = watchConnection(
      client,
      (news) => this.#onNews(news),
      () => this.#isMoving,
    );
    this.#stopAttempts();
    this.#stopAttempts = this.#resilience.on('attempt', ({ cause }) => {
      if (cause !== undefined) this.#openings.attemptFailed();
    });
    return client;
  }

  #onNews(news: ConnectionNews): void {
    switch (news.kind) {
      case 'ready':
        if (this.#isMoving) this.#isMoving = false;
        else void this.#becomeReady();
        return;
      case 'reconnecting':
      case 'error':
        this.#isMoving = false;
        this.#isReady &&= news.kind === 'error';
        break;
      case 'end':
        this.#isOpen = false;
        this.#release();
        break;
      default:
    }
    this.#tell(news);
  }

  async #becomeReady(): Promise<void> {
    const epoch = ++this.epoch;
    const subscriber = this.#subscriber ?? this.#own;
    // Subscriptions are restored before any other command is sent, so a reply to PING shows that they are back.
    if (subscriber !== undefined) await subscriber.ping().catch(ignore);
    if (epoch !== this.epoch || !this.#isOpen) return;
    this.#isReady = true;
    this.#tell({ kind: 'ready' });
    this.#openings.ready();
  }

  #release(): void {
    this.#isReady = false;
    this.#stopWatching();
    this.#stopAttempts();
    this.#openings.fail(this.#errors.closed());
    for (const client of [this.#own, this.#subscriber]) client?.disconnect();
    this.#own = undefined;
    this.#subscriber = undefined;
  }
}

function ignore(): void {
  // Does nothing: the RedisResilience reports the error.
}
