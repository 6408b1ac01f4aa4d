import type { SubscriptionKind } from '../../../packages/core/src/driver/subscriptions.ts';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { ErrorReply, PushReply, type Reply } from '../../../packages/core/src/replies/reply.ts';
import type { DriverSession } from './driver-session.ts';

interface Item {
  readonly command: DriverCommand;
  /** SUBSCRIBE and its relatives get one reply for each channel. */
  missing: number;
}

/** The commands that end subscriptions, each with the kind of subscription that it ends. */
export const endedKinds: ReadonlyMap<string, SubscriptionKind> = new Map([
  ['unsubscribe', 'subscribe'],
  ['punsubscribe', 'psubscribe'],
  ['sunsubscribe', 'ssubscribe'],
]);

/**
 * The commands of one connection that were written but have no reply yet, and the session state that their replies
 * change.
 */
export class UnansweredCommands {
  readonly #session: DriverSession;
  readonly #onMessage: (channel: string, message: string) => void;
  #items: Item[] = [];

  constructor(session: DriverSession, onMessage: (channel: string, message: string) => void) {
    this.#session = session;
    this.#onMessage = onMessage;
  }

  get length(): number {
    return this.#items.length;
  }

  get oldest(): DriverCommand | undefined {
    return this.#items[0]?.command;
  }

  get all(): readonly DriverCommand[] {
    return this.#items.map(({ command }) => command);
  }

  /** Whether SUBSCRIBE, UNSUBSCRIBE or a similar command is unanswered. */
  get isConfirming(): boolean {
    return this.#items.some(({ command }) => command.name.endsWith('subscribe'));
  }

  /** Whether the connection has subscriptions. */
  get isListening(): boolean {
    return Object.values(this.#session.subscriptions).some(({ size }) => size > 0);
  }

  add(command: DriverCommand): void {
    const isAboutMany = command.name.endsWith('subscribe') && command.args.length > 0;
    this.#items.push({ command, missing: isAboutMany ? command.args.length : 1 });
  }

  take(reply: Reply): void {
    const items = reply instanceof PushReply ? reply.items : reply;
    const [kind, name, last] = Array.isArray(items) ? items.map(String) : [];
    if (kind === 'message' && this.isListening) this.#onMessage(String(name), String(last));
    else this.#answer(reply, kind, name, last);
  }

  /** Must be called when the connection is lost. */
  rejectAll(error: Error): void {
    const items = this.#items;
    this.#items = [];
    for (const { command } of items) command.reject(error);
  }

  #answer(reply: Reply, kind: string | undefined, name: string | undefined, last: string | undefined): void {
    const item = this.#items[0];
    if (item === undefined) return;
    const isAboutSubscriptions = kind === item.command.name;
    if (isAboutSubscriptions) this.#subscribed(kind, String(name));
    if (!(reply instanceof ErrorReply) && --item.missing > 0) return;
    this.#items.shift();
    if (reply instanceof ErrorReply)
      item.command.reject(Object.assign(new Error(reply.message), { name: 'ReplyError' }));
    else item.command.resolve(isAboutSubscriptions ? last : reply);
  }

  #subscribed(kind: string, name: string): void {
    const { subscriptions } = this.#session;
    const ended = endedKinds.get(kind);
    if (ended !== undefined) subscriptions[ended].delete(name);
    else if (kind in subscriptions) subscriptions[kind as SubscriptionKind].add(name);
  }
}
