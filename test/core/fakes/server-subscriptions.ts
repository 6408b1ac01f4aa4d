import type { ServerClient } from './server-client.ts';
import { bulk, integer, list, nothing, push, type ReplyText } from './reply-text.ts';

const kinds = {
  subscribe: 'subscribe',
  psubscribe: 'psubscribe',
  ssubscribe: 'ssubscribe',
  unsubscribe: 'subscribe',
  punsubscribe: 'psubscribe',
  sunsubscribe: 'ssubscribe',
} as const;

type Kind = 'subscribe' | 'psubscribe' | 'ssubscribe';

/** The channels to which one client of a server has subscribed. */
export class ServerSubscriptions {
  readonly #client: ServerClient;
  readonly #names: Readonly<Record<Kind, Set<string>>> = {
    subscribe: new Set(),
    psubscribe: new Set(),
    ssubscribe: new Set(),
  };

  constructor(client: ServerClient) {
    this.#client = client;
  }

  get count(): number {
    return this.#countOf('subscribe') + this.#countOf('ssubscribe');
  }

  /** Whether this is a RESP2 connection that accepts only commands about subscriptions. */
  get isExclusive(): boolean {
    return this.#client.protocol === 2 && this.count > 0;
  }

  namesOf(kind: Kind): readonly string[] {
    return [...this.#names[kind]];
  }

  /**
   * Subscribes or unsubscribes, and returns one confirmation for each name; UNSUBSCRIBE without names ends
   * all subscriptions of its kind.
   */
  change(command: keyof typeof kinds, names: readonly string[]): ReplyText {
    const kind = kinds[command];
    const isEnd = command !== kind;
    const each = isEnd && names.length === 0 ? this.namesOf(kind) : names;
    if (each.length === 0) return this.#packed(bulk(command), nothing, integer(this.#countOf(kind)));
    return each
      .map((name) => {
        if (isEnd) this.#names[kind].delete(name);
        else this.#names[kind].add(name);
        return this.#packed(bulk(command), bulk(name), integer(this.#countOf(kind)));
      })
      .join('');
  }

  /** Sends a message if the client has subscribed to the channel; returns false if it has not. */
  deliver(channel: string, message: string): boolean {
    if (!this.#names.subscribe.has(channel)) return false;
    this.#client.send(this.#packed(bulk('message'), bulk(channel), bulk(message)));
    return true;
  }

  // Redis counts channels and patterns together, and shard channels separately.
  #countOf(kind: Kind): number {
    if (kind === 'ssubscribe') return this.#names.ssubscribe.size;
    return this.#names.subscribe.size + this.#names.psubscribe.size;
  }

  #packed(...items: readonly ReplyText[]): ReplyText {
    return this.#client.protocol === 3 ? push(...items) : list(...items);
  }
}
