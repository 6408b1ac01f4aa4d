import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '../clock.ts';
import { endpointKey, type Endpoint, type OpenSocket } from '../handshake/open-socket.ts';
import { authCommand } from '../handshake/verify-handshake.ts';
import { encodeCommand } from '../replies/encode-command.ts';
import { ReplyReader } from '../replies/reply-reader.ts';
import type { Reply } from '../replies/reply.ts';
import type { Credentials } from '../redis-resilience.ts';
import { sentinelId } from './ask-sentinel.ts';
import { isWanted, type RolePace } from './role-pace.ts';
import { Vouching, type AskAll } from './vouching.ts';

export interface SentinelWatchOptions {
  readonly clock: Clock;
  readonly open: OpenSocket;
  readonly name: string;
  readonly credentials: Credentials | undefined;
  readonly askAll: AskAll;
}

/** A client that follows the failovers. */
export interface SentinelFollower {
  sentinels(): readonly Endpoint[];
  /** How often disconnected sentinels are dialed while a command is waiting for the primary. */
  pace(): RolePace;
  tell(event: SentinelEvent): void;
}

/** An event of a failover, announced by a sentinel or, for `reached`, by another client. */
export type SentinelEvent =
  /** A replica is about to be promoted: writes to the old primary will be lost from now on. */
  | { readonly kind: 'failover-begins'; readonly news: SentinelNews }
  | { readonly kind: 'failover-aborted' }
  /** The sentinels have made the server at this address the primary. */
  | { readonly kind: 'promoted'; readonly news: SentinelNews }
  /** Another client of the `RedisResilience` has reached the server at this address, and that server is the primary. */
  | { readonly kind: 'reached'; readonly host: string; readonly port: number };

/** A server that one sentinel named. */
export interface SentinelNews {
  readonly host: string;
  readonly port: number;
  /** Address of the sentinel that named the server. */
  readonly from: string;
}

/** The connection to one sentinel. */
interface Listening {
  /** Undefined while the connection is being made. */
  socket: Socket | undefined;
  isSubscribed: boolean;
  /** Number of pings since the sentinel last sent something while subscribed. */
  unansweredPings: number;
}

const pingPeriodMs = 1000;
/** A connection with this many unanswered pings is replaced: its sentinel is gone, or has refused the subscription. */
const maxUnansweredPings = 2;
const connectTimeoutMs = 1000;
const pattern = '*';

/**
 * Subscribes to every sentinel, as long as at least one client follows the failovers. Each sentinel publishes the
 * address of the new primary when it learns of the promotion; the sentinel that leads the failover is the first.
 * Following the announcements saves writes, because the old primary may still answer for seconds, but writes to it are
 * lost.
 */
export class SentinelWatch {
  /** Finds a second sentinel that confirms what one sentinel has announced. */
  readonly vouching: Vouching;
  readonly #options: SentinelWatchOptions;
  readonly #followers = new Set<SentinelFollower>();
  readonly #listening = new Map<string, Listening>();
  #abort = new AbortController();
  #timer: TimerHandle | undefined;
  #pingedAt = -Infinity;

  constructor(options: SentinelWatchOptions) {
    this.#options = options;
    this.vouching = new Vouching(options.clock, options.askAll);
  }

  get credentials(): Credentials | undefined {
    return this.#options.credentials;
  }

  follow(follower: SentinelFollower): void {
    this.#followers.add(follower);
    if (this.#timer !== undefined) return;
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    this.#look();
  }

  /**
   * Call when writes begin to wait for the primary: connects to disconnected sentinels now, not at the next interval.
   */
  hurry(): void {
    if (this.#timer === undefined) return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#look();
  }

  unfollow(follower: SentinelFollower): void {
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort.abort(new Error('The watch was stopped.'));
    for (const { socket } of this.#listening.values()) socket?.destroy();
    this.#listening.clear();
  }

  /** Tells every client that follows this primary's address that one of them has reached the new primary. */
  reached(host: string, port: number): void {
    this.#tell({ kind: 'reached', host, port });
  }

  #look(): void {
    const { clock } = this.#options;
    const now = clock.now();
    const pings = now - this.#pingedAt >= pingPeriodMs;
    if (pings) {
      this.#pingedAt = now;
      this.#ping();
    }
    let delayMs = pingPeriodMs;
    for (const follower of this.#followers) {
      this.#listenTo(follower.sentinels());
      const pace = follower.pace();
      if (isWanted(pace, now)) delayMs = Math.min(delayMs, pace.periodMs);
    }
    this.#timer = clock.setTimeout(() => this.#look(), delayMs);
    this.#timer.unref?.();
  }

  #ping(): void {
    for (const [key, listening] of this.#listening) {
      if (listening.socket === undefined) continue;
      if (listening.unansweredPings >= maxUnansweredPings) {
        this.#listening.delete(key);
        listening.socket.destroy();
      } else {
        listening.unansweredPings++;
        listening.socket.write(encodeCommand(['PING']));
      }
    }
  }

  #listenTo(sentinels: readonly Endpoint[]): void {
    for (const sentinel of sentinels) {
      const key = endpointKey(sentinel);
      if (!this.#listening.has(key)) void this.#listen(key, sentinel);
    }
  }

  async #listen(key: string, sentinel: Endpoint): Promise<void> {
    const listening: Listening = { socket: undefined, isSubscribed: false, unansweredPings: 0 };
    this.#listening.set(key, listening);
    const { clock, credentials, open } = this.#options;
    const { signal } = this.#abort;
    const deadline = new AbortController();
    const onStop = (): void => deadline.abort(signal.reason);
    signal.addEventListener('abort', onStop, { once: true });
    const timer = clock.setTimeout(() => deadline.abort(new Error('No answer in time.')), connectTimeoutMs);
    try {
      const socket = await open(sentinel, { signal: deadline.signal, keepAliveMs: pingPeriodMs });
      socket.unref();
      listening.socket = socket;
      const reader = new ReplyReader();
      const from = sentinelId(socket, sentinel);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (this.#listening.get(key) === listening) this.#listening.delete(key);
      });
      socket.on('data', (chunk: Buffer) => {
        const { replies, failure } = reader.push(chunk);
        listening.isSubscribed ||= replies.some(isSubscription);
        if (listening.isSubscribed) listening.unansweredPings = 0;
        for (const reply of replies) this.#read(reply, from);
        if (failure !== undefined) socket.destroy();
      });
      if (credentials !== undefined) socket.write(encodeCommand(authCommand(credentials)));
      socket.write(encodeCommand(['PSUBSCRIBE', pattern]));
    } catch {
      // `signal` is aborted when the last client stops following, which also removes the entry of this key. If the key
      // has an entry now, a client that began to follow later has added it, and it must stay.
      if (!signal.aborted) this.#listening.delete(key);
    } finally {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onStop);
    }
  }

  #read(reply: Reply, from: string): void {
    if (!Array.isArray(reply) || reply[0] !== 'pmessage') return;
    const event = String(reply[2]);
    const words = String(reply[3]).split(' ');
    if (event === '+switch-master') {
      const [name, , , host, port] = words;
      const news = newsOf(host, port, from);
      if (name === this.#options.name && news !== undefined) this.#tell({ kind: 'promoted', news });
      return;
    }
    // The message is `<role> <name> <host> <port> @ <primary> ...`, or `master <primary> ...` for the primary itself.
    const primary = words.includes('@') ? words[words.indexOf('@') + 1] : words[1];
    if (primary !== this.#options.name) return;
    if (event.startsWith('-failover-abort')) this.#tell({ kind: 'failover-aborted' });
    const news = newsOf(words[2], words[3], from);
    if (news === undefined) return;
    if (event === '+promoted-slave') this.#tell({ kind: 'promoted', news });
    else if (event === '+failover-state-send-slaveof-noone') this.#tell({ kind: 'failover-begins', news });
  }

  #tell(event: SentinelEvent): void {
    for (const follower of this.#followers) follower.tell(event);
  }
}

function isSubscription(reply: Reply): boolean {
  return Array.isArray(reply) && reply[0] === 'psubscribe';
}

function newsOf(host: string | undefined, port: string | undefined, from: string): SentinelNews | undefined {
  if (host === undefined || !Number.isInteger(Number(port))) return undefined;
  return { host, port: Number(port), from };
}
