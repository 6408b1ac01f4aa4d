import type { Redis } from 'ioredis';

/** The three kinds of subscriptions, as node-redis names them. */
export type SubscriptionKind = 'CHANNELS' | 'PATTERNS' | 'SHARDED';

export type Listener = (message: never, channel: never) => unknown;

/** The listeners of one channel, in the form that `getPubSubListeners` of node-redis returns. */
export interface ChannelListeners {
  unsubscribing: boolean;
  readonly buffers: Set<Listener>;
  readonly strings: Set<Listener>;
}

export type KindListeners = Map<string, ChannelListeners>;

const verbs = {
  CHANNELS: ['subscribe', 'unsubscribe'],
  PATTERNS: ['psubscribe', 'punsubscribe'],
  SHARDED: ['ssubscribe', 'sunsubscribe'],
} as const;

type Text = string | readonly string[];

/**
 * The subscriptions of one client, and the listeners of each channel. A listener gets all messages between the moments
 * when the server started and ended the subscription. After a reconnection, ioredis restores the subscriptions.
 */
export class Subscriptions {
  readonly listeners: Readonly<Record<SubscriptionKind, KindListeners>> = {
    CHANNELS: new Map(),
    PATTERNS: new Map(),
    SHARDED: new Map(),
  };
  readonly #subscriber: () => Redis;
  readonly #report: (error: unknown) => void;
  readonly #pending = new Map<ChannelListeners, Promise<void>>();
  #heard: Redis | undefined;

  /**
   * @param subscriber the connection to subscribe on
   * @param report receives errors that a listener throws
   */
  constructor(subscriber: () => Redis, report: (error: unknown) => void) {
    this.#subscriber = subscriber;
    this.#report = report;
  }

  get isActive(): boolean {
    return Object.values(this.listeners).some(({ size }) => size > 0);
  }

  async subscribe(
    kind: SubscriptionKind,
    channels: Text,
    listener: Listener,
    isBuffer = false,
  ): Promise<void> {
    const fresh: string[] = [];
    const waits: Promise<void>[] = [];
    for (const channel of listOf(channels)) {
      const present = this.listeners[kind].get(channel);
      const known = present?.unsubscribing === true ? undefined : present;
      const entry = known ?? { unsubscribing: false, buffers: new Set(), strings: new Set() };
      if (known === undefined) {
        this.listeners[kind].set(channel, entry);
        fresh.push(channel);
      } else waits.push(this.#pending.get(entry) ?? Promise.resolve());
      setOf(entry, isBuffer).add(listener);
    }
    if (fresh.length > 0) waits.push(this.#subscribe(kind, fresh));
    await Promise.all(waits);
  }

  async unsubscribe(
    kind: SubscriptionKind,
    channels?: Text,
    listener?: Listener,
    isBuffer = false,
  ): Promise<void> {
    const known = this.listeners[kind];
    const names = channels === undefined ? [...known.keys()] : listOf(channels);
    const ended: string[] = [];
    const entries: ChannelListeners[] = [];
    for (const channel of names) {
      const entry = known.get(channel);
      if (entry !== undefined && listener !== undefined && hasOthers(entry, listener, isBuffer)) {
        setOf(entry, isBuffer).delete(listener);
        continue;
      }
      ended.push(channel);
      if (entry === undefined) continue;
      entry.unsubscribing = true;
      entries.push(entry);
    }
    // Without an earlier subscription, there is no connection on which to unsubscribe.
    if (ended.length === 0 || this.#heard === undefined) return;
    await this.#heard[verbs[kind][1]](...ended);
    for (const channel of ended) {
      const entry = known.get(channel);
      if (entry !== undefined && entries.includes(entry)) known.delete(channel);
    }
  }

  /** Subscribes with listeners that another client has registered. */
  async extend(kind: SubscriptionKind, listeners: ReadonlyMap<string, ChannelListeners>): Promise<void> {
    for (const [channel, { buffers, strings }] of listeners) {
      for (const listener of buffers) await this.subscribe(kind, channel, listener, true);
      for (const listener of strings) await this.subscribe(kind, channel, listener);
    }
  }

  /** Subscribes to all channels again, on the connection that the client has now. */
  async restore(): Promise<void> {
    this.#heard = undefined;
    for (const kind of ['CHANNELS', 'PATTERNS', 'SHARDED'] as const) {
      const channels = [...this.listeners[kind].keys()];
      if (channels.length > 0) await this.#subscribe(kind, channels);
    }
  }

  async #subscribe(kind: SubscriptionKind, channels: readonly string[]): Promise<void> {
    const entries = channels.map((channel) => this.listeners[kind].get(channel) as ChannelListeners);
    const subscribed = this.#ask(kind, channels);
    for (const entry of entries) this.#pending.set(entry, subscribed);
    try {
      await subscribed;
    } catch (error) {
      for (const [index, channel] of channels.entries()) {
        if (this.listeners[kind].get(channel) === entries[index]) this.listeners[kind].delete(channel);
      }
      throw error;
    } finally {
      for (const entry of entries) this.#pending.delete(entry);
    }
  }

  async #ask(kind: SubscriptionKind, channels: readonly string[]): Promise<void> {
    const client = this.#subscriber();
    if (client !== this.#heard) this.#hear(client);
    // As in node-redis, one command subscribes to all channels, even to shard channels, which may be in different
    // slots.
    await client[verbs[kind][0]](...channels);
  }

  #hear(client: Redis): void {
    this.#heard = client;
    const deliver = (kind: SubscriptionKind, message: Buffer, channel: Buffer, pattern?: string): void => {
      if (client === this.#heard) this.#deliver(kind, message, channel, pattern);
    };
    client.on('messageBuffer', (channel: Buffer, message: Buffer) => deliver('CHANNELS', message, channel));
    client.on('smessageBuffer', (channel: Buffer, message: Buffer) => deliver('SHARDED', message, channel));
    client.on('pmessageBuffer', (pattern: string, channel: Buffer, message: Buffer) =>
      deliver('PATTERNS', message, channel, pattern),
    );
  }

  #deliver(kind: SubscriptionKind, message: Buffer, channel: Buffer, pattern = String(channel)): void {
    const entry = this.listeners[kind].get(pattern);
    if (entry === undefined) return;
    for (const listener of entry.buffers) this.#call(listener, message, channel);
    if (entry.strings.size === 0) return;
    const [text, name] = [message.toString(), channel.toString()];
    for (const listener of entry.strings) this.#call(listener, text, name);
  }

  #call(listener: Listener, message: unknown, channel: unknown): void {
    try {
      listener(message as never, channel as never);
    } catch (error) {
      this.#report(error);
    }
  }
}

function setOf({ buffers, strings }: ChannelListeners, isBuffer: boolean): Set<Listener> {
  return isBuffer ? buffers : strings;
}

/** Whether the channel has listeners other than this one. */
function hasOthers(entry: ChannelListeners, listener: Listener, isBuffer: boolean): boolean {
  const isThere = setOf(entry, isBuffer).has(listener);
  return entry.buffers.size + entry.strings.size > (isThere ? 1 : 0);
}

function listOf(channels: Text): readonly string[] {
  return typeof channels === 'string' ? [channels] : [...channels];
}
