import { runSoon } from '@redis-resilience/core/kit';
import { ConfigurationError } from '@redis-resilience/core';
import type { Argument, BaseClient, CommandOptions } from './base-client.ts';
import type { ClientErrors } from './client-errors.ts';
import { CommandSender } from './commands/command-sender.ts';
import type { ConnectionNews } from './connection/connection-news.ts';
import type { ProtectedConnection } from './connection/protected-connection.ts';
import type { ReplyReader } from './commands/read-reply.ts';
import { Subscriptions } from './subscriptions.ts';

/** The objects that a client uses, besides the options that node-redis itself keeps. */
export interface ClientParts {
  readonly connectionFor: (tell: (news: ConnectionNews) => void) => ProtectedConnection;
  readonly reader: ReplyReader;
  readonly errors: ClientErrors;
  readonly waitForReady: boolean;
  /** Creates a client with the same options and a connection of its own. */
  readonly duplicate: (commandOptions: CommandOptions | undefined, overrides: object | undefined) => object;
}

/** A command of a transaction or pipeline, in the form in which node-redis collects it. */
export interface QueuedCommand {
  readonly args: readonly [string, ...Argument[]];
}

/** The state of one client: its connection, its subscriptions, and whether it watches keys. */
export class ClientState {
  readonly parts: ClientParts;
  readonly connection: ProtectedConnection;
  readonly sender: CommandSender;
  readonly subscriptions: Subscriptions;
  /**
   * Whether the client has watched keys since its last transaction. Stays true if the WATCH is lost with its
   * connection: the protected connection notices that loss itself.
   */
  isWatching = false;
  /**
   * The message with which the next transaction must fail, as set by `setDirtyWatch`; undefined if it need not fail.
   */
  dirtyWatch: string | undefined;
  readonly #client: BaseClient;

  constructor(client: BaseClient, parts: ClientParts) {
    this.#client = client;
    this.parts = parts;
    this.connection = parts.connectionFor((news) => this.#onNews(news));
    this.sender = new CommandSender(this.connection, parts.reader);
    this.subscriptions = new Subscriptions(
      () => this.connection.subscriber,
      (error) => this.#report(error),
    );
  }

  async connect(): Promise<void> {
    if (this.connection.isOpen) throw new Error('Socket already opened');
    await this.connection.open(this.parts.waitForReady);
    if (this.subscriptions.isActive) await this.subscriptions.restore();
  }

  /** Runs a change of the subscriptions, and converts its error. Rejects if the client is not open. */
  async subscribing(change: () => Promise<void>): Promise<void> {
    if (!this.connection.isOpen) throw this.parts.errors.closed();
    try {
      await change();
    } catch (error) {
      throw this.parts.errors.of(error as Error);
    }
  }

  async watch(keys: Argument | readonly Argument[]): Promise<unknown> {
    const list = (Array.isArray(keys) ? keys : [keys]) as readonly Argument[];
    const reply = await this.sender.send(['WATCH', ...list], this.#client._commandOptions);
    this.isWatching = true;
    return reply;
  }

  async unwatch(): Promise<unknown> {
    const reply = await this.sender.send(['UNWATCH'], this.#client._commandOptions);
    this.isWatching = false;
    return reply;
  }

  /** Runs commands as one transaction, and resolves with their replies. */
  async transaction(commands: readonly QueuedCommand[]): Promise<unknown> {
    const { errors } = this.parts;
    const { dirtyWatch } = this;
    this.dirtyWatch = undefined;
    this.isWatching = false;
    if (!this.connection.isOpen) throw errors.closed();
    if (dirtyWatch !== undefined) throw errors.watched(dirtyWatch);
    const results = await this.sender.sendTransaction(commands.map(({ args }) => args));
    if (results === null) throw errors.watched();
    return results;
  }

  async close(): Promise<void> {
    this.#mustBeOpen();
    await this.connection.close();
    this.#emit('end');
  }

  destroy(): void {
    this.#mustBeOpen();
    this.connection.destroy();
    this.#emit('end');
  }

  /** Throws the error for a method that would take the connection away from the RedisResilience. */
  refuse(method: string, advice: string): never {
    throw new ConfigurationError(`A client of createNodeRedisClient has no ${method}(). ${advice}`);
  }

  #mustBeOpen(): void {
    if (!this.connection.isOpen) throw this.parts.errors.closed();
  }

  #onNews(news: ConnectionNews): void {
    if (news.kind !== 'error') this.#emit(news.kind);
    // An event `error` without a listener would be thrown, so it is emitted only if there is one. The RedisResilience
    // reports the error in any case.
    else if (this.#client.listenerCount('error') > 0) this.#emit('error', news.error);
  }

  #emit(event: string, ...args: unknown[]): void {
    try {
      this.#client.emit(event, ...args);
    } catch (error) {
      this.#report(error);
    }
  }

  /** Throws the error of a user's listener outside the current call, where it becomes an uncaught exception. */
  #report(error: unknown): void {
    runSoon(() => {
      throw error;
    });
  }
}
