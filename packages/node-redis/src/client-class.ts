import type {
  Argument,
  BaseClass,
  BaseClient,
  CommandOptions,
  Parser,
  TransformReply,
} from './base-client.ts';
import { tolerated } from './client-errors.ts';
import { ClientState, type ClientParts, type QueuedCommand } from './client-state.ts';
import type { ChannelListeners, KindListeners, Listener, SubscriptionKind } from './subscriptions.ts';
import { tolerantMulti, tolerateMethods } from './tolerant-methods.ts';

interface BaseOptions {
  readonly commandOptions?: CommandOptions | undefined;
}

export type ClientClass = new (options: BaseOptions, parts: ClientParts) => BaseClient;

type Text = string | readonly string[];

const classes = new WeakMap<BaseClass, ClientClass>();
const state = Symbol('state');

/**
 * Returns a subclass of a client class of node-redis. Instances of the subclass send everything through a
 * protected connection.
 */
export function clientClassOf(Base: BaseClass): ClientClass {
  const known = classes.get(Base);
  if (known !== undefined) return known;
  const made = protectedClass(Base);
  tolerateMethods(made.prototype as object, Base.prototype as object);
  const { Multi } = Base.prototype as unknown as { readonly Multi: new (...args: never[]) => object };
  Object.defineProperty(made.prototype, 'Multi', { value: tolerantMulti(Multi) });
  classes.set(Base, made);
  return made;
}

function protectedClass(Base: BaseClass): ClientClass {
  return class RedisClient extends Base {
    /**
     * The state of the client. Objects that `withTypeMapping` returns share this state, because the client is
     * their prototype.
     */
    readonly [state]: ClientState;

    constructor(options: BaseOptions, parts: ClientParts) {
      super(options);
      // Removes the timeout of 5 seconds that node-redis 6 sets for each command, because the protected connection has
      // a deadline of its own.
      this._commandOptions = { ...options.commandOptions };
      this[state] = new ClientState(this, parts);
    }

    get isOpen(): boolean {
      return this[state].connection.isOpen;
    }

    get isReady(): boolean {
      return this[state].connection.isReady;
    }

    get isPubSubActive(): boolean {
      return this[state].subscriptions.isActive;
    }

    get socketEpoch(): number {
      return this[state].connection.epoch;
    }

    get isWatching(): boolean {
      return this[state].isWatching;
    }

    get isDirtyWatch(): boolean {
      return this[state].dirtyWatch !== undefined;
    }

    setDirtyWatch(message: string): void {
      this[state].dirtyWatch = message;
    }

    async connect(): Promise<this> {
      await this[state].connect();
      return this;
    }

    override sendCommand(args: readonly Argument[], options?: CommandOptions): Promise<unknown> {
      const all = { ...this._self._commandOptions, ...options };
      return tolerated(this[state].sender.send(args as [string, ...Argument[]], all));
    }

    override _executeCommand(
      command: unknown,
      parser: Parser,
      options: CommandOptions | undefined,
      transform: TransformReply | undefined,
    ): Promise<unknown> {
      const args = parser.redisArgs;
      // node-redis's own method, which calls `sendCommand`, is needed in two cases. If a program has replaced
      // `sendCommand`, the replacement must see all commands. HIMPORT always needs node-redis's own method, which keeps
      // a record of the field sets that HIMPORT defines.
      if (this.sendCommand !== RedisClient.prototype.sendCommand || args[0] === 'HIMPORT') {
        return super._executeCommand(command, parser, options, transform);
      }
      const base = this._self._commandOptions;
      const all = options === base ? options : { ...base, ...options };
      const { sender } = this[state];
      if (transform === undefined) return sender.send(args, all);
      return sender.send(args, all, (reply) => transform(reply, parser.preserve, options?.typeMapping));
    }

    _executeMulti(commands: readonly QueuedCommand[]): Promise<unknown> {
      return this[state].transaction(commands);
    }

    _executePipeline(commands: readonly QueuedCommand[]): Promise<unknown> {
      const all = commands.map(({ args }) => args);
      return this[state].sender.sendPipeline(all, this._commandOptions?.typeMapping);
    }

    async SELECT(database: number): Promise<void> {
      await this.sendCommand(['SELECT', database.toString()]);
    }

    WATCH(keys: Argument | readonly Argument[]): Promise<unknown> {
      return tolerated(this[state].watch(keys));
    }

    UNWATCH(): Promise<unknown> {
      return tolerated(this[state].unwatch());
    }

    SUBSCRIBE(channels: Text, listener: Listener, bufferMode?: boolean): Promise<void> {
      return subscribe(this[state], 'CHANNELS', channels, listener, bufferMode);
    }

    UNSUBSCRIBE(channels?: Text, listener?: Listener, bufferMode?: boolean): Promise<void> {
      return unsubscribe(this[state], 'CHANNELS', channels, listener, bufferMode);
    }

    PSUBSCRIBE(patterns: Text, listener: Listener, bufferMode?: boolean): Promise<void> {
      return subscribe(this[state], 'PATTERNS', patterns, listener, bufferMode);
    }

    PUNSUBSCRIBE(patterns?: Text, listener?: Listener, bufferMode?: boolean): Promise<void> {
      return unsubscribe(this[state], 'PATTERNS', patterns, listener, bufferMode);
    }

    SSUBSCRIBE(channels: Text, listener: Listener, bufferMode?: boolean): Promise<void> {
      return subscribe(this[state], 'SHARDED', channels, listener, bufferMode);
    }

    SUNSUBSCRIBE(channels?: Text, listener?: Listener, bufferMode?: boolean): Promise<void> {
      return unsubscribe(this[state], 'SHARDED', channels, listener, bufferMode);
    }

    getPubSubListeners(kind: SubscriptionKind): KindListeners {
      return this[state].subscriptions.listeners[kind];
    }

    extendPubSubListeners(kind: SubscriptionKind, listeners: KindListeners): Promise<void> {
      const { subscriptions } = this[state];
      return this[state].subscribing(() => subscriptions.extend(kind, listeners));
    }

    extendPubSubChannelListeners(
      kind: SubscriptionKind,
      channel: string,
      listeners: ChannelListeners,
    ): Promise<void> {
      return this.extendPubSubListeners(kind, new Map([[channel, listeners]]));
    }

    async MONITOR(): Promise<never> {
      return this[state].refuse('monitor', 'Use a client of node-redis for it.');
    }

    async reset(): Promise<never> {
      return this[state].refuse('reset', 'Make a new client with duplicate().');
    }

    createPool(): never {
      return this[state].refuse('createPool', 'Make several clients with duplicate().');
    }

    duplicate(overrides?: object): object {
      return this[state].parts.duplicate(this._commandOptions, overrides);
    }

    async QUIT(): Promise<string> {
      await this[state].close();
      return 'OK';
    }

    close(): Promise<void> {
      return this[state].close();
    }

    async disconnect(): Promise<void> {
      this[state].destroy();
    }

    destroy(): void {
      this[state].destroy();
    }

    /**
     * Does nothing, because the connection belongs to the RedisResilience, which decides whether the connection keeps
     * the process alive.
     */
    ref(): void {
      // The comment on this method says why it does nothing.
    }

    unref(): void {
      // Does nothing, for the same reason as `ref`.
    }
  };
}

function subscribe(
  inside: ClientState,
  kind: SubscriptionKind,
  channels: Text,
  listener: Listener,
  isBuffer?: boolean,
): Promise<void> {
  const { subscriptions } = inside;
  return tolerated(inside.subscribing(() => subscriptions.subscribe(kind, channels, listener, isBuffer)));
}

function unsubscribe(
  inside: ClientState,
  kind: SubscriptionKind,
  channels?: Text,
  listener?: Listener,
  isBuffer?: boolean,
): Promise<void> {
  const { subscriptions } = inside;
  return tolerated(inside.subscribing(() => subscriptions.unsubscribe(kind, channels, listener, isBuffer)));
}
