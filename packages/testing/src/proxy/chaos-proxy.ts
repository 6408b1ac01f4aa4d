import type { Server, Socket } from 'node:net';
import { checkKnownOptions } from '@redis-resilience/core/protocol';
import { createRandom } from '../create-random.ts';
import { injectAnswer } from './injected-answer.ts';
import { listenOn, stopListening } from './listen-on.ts';
import { ProxyFaults } from './proxy-faults.ts';
import { resetSocket } from './reset-socket.ts';
import { ProxyLink, type Endpoint } from './proxy-link.ts';

/** The server behind a proxy: a `RedisServer`, or any address. */
export interface ProxyTarget extends Endpoint {
  readonly url?: string;
}

/** How `cutAfter` cuts a connection. */
export interface CutOptions {
  /** The direction in which bytes are counted. @default 'toClient' */
  readonly direction?: 'toServer' | 'toClient';
  /** What both sides get: an RST (`reset`), a FIN (`end`), or nothing at all (`silence`). @default 'reset' */
  readonly how?: 'reset' | 'end' | 'silence';
  /** Number of connections to cut. @default 1 */
  readonly times?: number;
}

/** A TCP proxy on 127.0.0.1 that forwards everything until you call a method that breaks something. */
export class ChaosProxy implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly #links = new Set<ProxyLink>();
  readonly #answered = new Set<Socket>();
  readonly #faults = new ProxyFaults();
  readonly #cuts = new Map<Cut['direction'], Cut>();
  #target: ProxyTarget;
  #listener: Server | undefined;
  #incoming: Incoming = 'pass';
  #accepted = 0;
  #closed = false;

  /** @internal Use `startProxy`. */
  constructor(target: ProxyTarget, port: number) {
    this.#target = target;
    this.port = port;
  }

  /** The target's URL, but with the host and port of the proxy. */
  get url(): string {
    const url = new URL(this.#target.url ?? 'redis://127.0.0.1');
    url.hostname = this.host;
    url.port = String(this.port);
    return url.href.replace(/\/$/, '');
  }

  /** Number of clients that are currently connected, including blackholed ones. */
  get connections(): number {
    const open = Array.from(this.#links).filter((link) => link.open);
    return open.length + this.#answered.size;
  }

  /** Number of connections accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /**
   * Stops listening, so that new connections get ECONNREFUSED. Existing connections stay, unless `reset` is true.
   * @default reset false
   */
  async refuse(options: { readonly reset?: boolean } = {}): Promise<void> {
    checkKnownOptions('proxy.refuse', options, { reset: true });
    stopListening(this.#listener);
    this.#listener = undefined;
    if (options.reset) this.reset();
  }

  /** Listens again after `refuse()`. */
  async accept(): Promise<void> {
    if (this.#closed) throw new Error('The proxy was closed for good: start a new one');
    this.#listener ??= await listenOn(this.port, this.host, (client) => {
      this.#welcome(client);
    });
  }

  /** Breaks all connections with RST, on both sides. */
  reset(): void {
    for (const link of this.#links) link.reset();
    for (const client of this.#answered) resetSocket(client);
  }

  /**
   * Breaks all connections again and again, at random intervals from `minMs` to `maxMs`, until the returned function is
   * called. @default seed 1
   */
  resetEvery(options: {
    readonly minMs: number;
    readonly maxMs: number;
    readonly seed?: number;
  }): () => void {
    checkKnownOptions('proxy.resetEvery', options, { minMs: true, maxMs: true, seed: true });
    const random = createRandom(options.seed ?? 1);
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      timer = setTimeout(
        () => {
          this.reset();
          if (!this.#closed) arm();
        },
        options.minMs + random() * (options.maxMs - options.minMs),
      );
      timer.unref();
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  }

  /**
   * Makes existing connections go dead, unless `existing` is false: no bytes get through any more, and if one side
   * closes its end, the other side does not learn of it. New connections work, unless `incoming` is true: then they are
   * accepted but never get a reply.
   *
   * @default existing true, incoming false
   */
  blackhole(options: { readonly existing?: boolean; readonly incoming?: boolean } = {}): void {
    checkKnownOptions('proxy.blackhole', options, { existing: true, incoming: true });
    if (options.existing ?? true) for (const link of this.#links) link.silence();
    if (options.incoming) this.#incoming = 'silence';
  }

  /**
   * Ends all faults for new connections and bytes: the proxy listens and forwards everything at full speed. Blackholed
   * connections stay dead, unless `revive` is true: then the bytes that were sent in the meantime arrive, late and in
   * order, as they do when a network path works again. Resets by `resetEvery` continue until the function that
   * `resetEvery` returned is called.
   *
   * @default revive false
   */
  async heal(options: { readonly revive?: boolean } = {}): Promise<void> {
    checkKnownOptions('proxy.heal', options, { revive: true });
    this.latency(0);
    this.throttle(Infinity);
    this.#incoming = 'pass';
    for (const cut of this.#cuts.values()) this.#disarm(cut);
    if (options.revive) for (const link of this.#links) link.revive();
    await this.accept();
  }

  /**
   * Delays bytes in each direction by `ms`, plus a random time of up to `jitterMs`. The bytes stay in order. 0 removes
   * the delay. @default jitterMs 0
   */
  latency(ms: number, options: { readonly jitterMs?: number } = {}): void {
    checkKnownOptions('proxy.latency', options, { jitterMs: true });
    this.#faults.latencyMs = ms;
    this.#faults.jitterMs = options.jitterMs ?? 0;
  }

  /**
   * Limits each direction of each connection to this many bytes per second. If `incoming` is false, only existing
   * connections are limited. `Infinity` removes the limit.
   *
   * @default incoming true
   */
  throttle(bytesPerSecond: number, options: { readonly incoming?: boolean } = {}): void {
    checkKnownOptions('proxy.throttle', options, { incoming: true });
    if (!(bytesPerSecond > 0)) throw new RangeError('Cannot throttle to nothing: use blackhole() for that');
    const isForAll = options.incoming ?? true;
    if (isForAll) this.#faults.bytesPerSecond = bytesPerSecond;
    for (const link of this.#links) link.throttle(isForAll ? undefined : bytesPerSecond);
  }

  /**
   * Cuts the first connection, existing or new, through which `bytes` more bytes have gone. Exactly `bytes` bytes get
   * through. A later call for the same direction replaces the earlier one.
   */
  cutAfter(bytes: number, options: CutOptions = {}): void {
    checkKnownOptions('proxy.cutAfter', options, { direction: true, how: true, times: true });
    const { direction = 'toClient', how = 'reset', times = 1 } = options;
    const cut: Cut = { bytes, direction, how, timesLeft: times };
    this.#cuts.set(direction, cut);
    for (const link of this.#links) this.#arm(link, cut);
  }

  /** Replies to each command on new connections with `answer`, in place of the server. */
  inject(answer: string | Uint8Array): void {
    this.#incoming = { answer: Buffer.from(answer) };
  }

  /** Forwards new connections to another server, as DNS or a load balancer does in a failover. */
  retarget(target: ProxyTarget): void {
    this.#target = target;
  }

  /** Stops listening and breaks all connections. Calling `close` more than once is allowed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.refuse({ reset: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #welcome(client: Socket): void {
    this.#accepted++;
    if (typeof this.#incoming === 'object') {
      this.#answered.add(client);
      client.on('close', () => this.#answered.delete(client));
      injectAnswer(client, this.#incoming.answer);
      return;
    }
    const link: ProxyLink = new ProxyLink(client, this.#target, this.#faults, () => this.#links.delete(link));
    this.#links.add(link);
    for (const cut of this.#cuts.values()) this.#arm(link, cut);
    if (this.#incoming === 'silence') link.silence();
    else link.dial();
  }

  #arm(link: ProxyLink, cut: Cut): void {
    const reached = (): (() => void) => {
      cut.timesLeft--;
      if (cut.timesLeft <= 0) this.#disarm(cut);
      return () => {
        link[cut.how]();
      };
    };
    link[cut.direction].cut = { bytesLeft: cut.bytes, reached };
  }

  #disarm(cut: Cut): void {
    if (this.#cuts.get(cut.direction) !== cut) return;
    this.#cuts.delete(cut.direction);
    for (const link of this.#links) link[cut.direction].cut = undefined;
  }
}

/** What happens to new connections: they are forwarded, accepted without a reply, or answered by the proxy. */
type Incoming = 'pass' | 'silence' | { readonly answer: Buffer };

interface Cut {
  readonly bytes: number;
  readonly direction: 'toServer' | 'toClient';
  readonly how: 'reset' | 'end' | 'silence';
  timesLeft: number;
}
