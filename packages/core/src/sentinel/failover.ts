import type { Clock, TimerHandle } from '../clock.ts';
import { LookTurns } from '../dialing/look-turns.ts';
import { targetWith, type VerifiedSocket, type Target } from '../handshake/establish.ts';
import type { Endpoint } from '../handshake/open-socket.ts';
import type { RolePace } from './role-pace.ts';
import { RoleWatch } from './role-watch.ts';
import type { SentinelResolver } from './sentinel-resolver.ts';
import type { SentinelEvent, SentinelFollower, SentinelNews, SentinelWatch } from './sentinel-watch.ts';
import { sentinelWatchOf } from './sentinel-watches.ts';
import type { Credentials } from '../redis-resilience.ts';

export interface FailoverOptions {
  readonly clock: Clock;
  readonly name: string;
  readonly target: Target;
  readonly resolver: SentinelResolver;
  readonly sentinelCredentials: Credentials | undefined;
  /** Returns the pace at which sentinels are dialed while a command is waiting for the primary. */
  readonly pace: () => RolePace;
  /**
   * Whether the connection belongs to a pool of leased connections. A leased connection does not look for the new
   * primary itself, because a pool would make as many attempts as it has connections; it waits until another client has
   * reached the new primary.
   */
  readonly isLeased: boolean;
  /** Whether the client is currently connected to this endpoint. */
  isCurrent(endpoint: Endpoint): boolean;
  /** Called when an attempt begins to connect to the new primary. */
  onDial(): void;
  /** Called when a replica is about to be promoted: writes to the old primary will be lost from now on. */
  onBegin(): void;
  /** Called when the failover was aborted. */
  onAbort(): void;
  /**
   * Called when the new primary answers. `verified`, if defined, is a socket connected to the new primary, which the
   * listener must keep or destroy.
   */
  onPromoted(verified: VerifiedSocket | undefined): void;
}

const chosenPace = { periodMs: 25, wantedAt: Infinity };
const maxMs = 10_000;

/**
 * Follows a failover from its first sign: the sentinels announce which replica they have chosen. The chosen replica is
 * asked for its role until it is the primary, because it knows of its promotion before any sentinel does. If several
 * sentinels are configured, a second sentinel must also know the replica.
 */
export class Failover {
  readonly #options: FailoverOptions;
  /** The watch of the sentinels, which all clients of the `RedisResilience` share. */
  readonly #sentinels: SentinelWatch;
  readonly #follower: SentinelFollower;
  #chosen: RoleWatch | undefined;
  #timer: TimerHandle | undefined;
  /**
   * Number of calls to `stop` so far. An announcement is ignored if `stop` is called before a second sentinel has
   * confirmed it.
   */
  #run = 0;

  constructor(options: FailoverOptions) {
    this.#options = options;
    const { clock, name, resolver, sentinelCredentials: credentials, target, pace } = options;
    this.#sentinels = sentinelWatchOf(resolver.promotions, {
      clock,
      open: target.open,
      name,
      credentials,
      askAll: (isEnough, last) => resolver.askAll(isEnough, last),
    });
    this.#follower = {
      sentinels: () => resolver.sentinels(),
      pace,
      tell: (event) => this.#onEvent(event),
    };
  }

  /** Whether a replica has been chosen but not yet promoted. */
  get isUnderWay(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * Call when writes begin to wait for the primary: connects to disconnected sentinels now, not at the next interval.
   */
  hurry(): void {
    this.#sentinels.hurry();
  }

  stop(): void {
    this.#run += 1;
    this.#sentinels.unfollow(this.#follower);
    this.#end();
  }

  /** Call when the client has connected to the server that the resolver returned last. */
  arrived(): void {
    this.#options.resolver.arrived();
    this.#sentinels.follow(this.#follower);
  }

  /** Call when the client is connected to a primary again. */
  settled(): void {
    this.#end();
  }

  #onEvent(event: SentinelEvent): void {
    switch (event.kind) {
      case 'failover-begins':
        void this.#begin(event.news);
        return;
      case 'failover-aborted':
        return this.#abort();
      case 'promoted':
        void this.#promoted(event.news);
        return;
      case 'reached':
        return this.#reached(event.host, event.port);
      default:
        event satisfies never;
    }
  }

  async #begin(news: SentinelNews): Promise<void> {
    const { host, port } = news;
    const { clock, resolver, target } = this.#options;
    const run = this.#run;
    if (!(await this.#isVouched(news)) || run !== this.#run) return;
    this.#end();
    this.#timer = clock.setTimeout(() => this.#abort(), maxMs);
    this.#options.onBegin();
    if (this.#options.isLeased) return;
    const endpoint = resolver.complete(host, port);
    const chosen = new RoleWatch({
      clock,
      target: targetWith(target, { endpoint: () => Promise.resolve(endpoint) }),
      pace: () => chosenPace,
      isOneServer: true,
      turns: new LookTurns(),
      followsAt: (now) => now,
      onPrimary: (verified) => {
        resolver.promoted(host, port);
        this.#options.onPromoted(verified);
        this.#sentinels.reached(host, port);
      },
      onDial: () => this.#options.onDial(),
    });
    this.#chosen = chosen;
    chosen.start();
  }

  async #promoted(news: SentinelNews): Promise<void> {
    const { host, port } = news;
    const { resolver } = this.#options;
    const run = this.#run;
    const isCurrent = (): boolean => this.#options.isCurrent(resolver.complete(host, port));
    if (isCurrent() || !(await this.#isVouched(news)) || run !== this.#run || isCurrent()) return;
    resolver.promoted(host, port);
    this.#options.onPromoted(undefined);
  }

  /** Resolves with whether a second sentinel knows the server that one sentinel has named. Never rejects. */
  async #isVouched({ host, port, from }: SentinelNews): Promise<boolean> {
    return (
      this.#options.resolver.trusts(host, port) || (await this.#sentinels.vouching.vouch(host, port, from))
    );
  }

  #reached(host: string, port: number): void {
    const { resolver, isLeased } = this.#options;
    if (!isLeased || this.#options.isCurrent(resolver.complete(host, port))) return;
    resolver.promoted(host, port);
    this.#options.onPromoted(undefined);
  }

  #abort(): void {
    if (!this.isUnderWay) return;
    this.#end();
    this.#options.onAbort();
  }

  #end(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#chosen?.stop();
    this.#chosen = undefined;
  }
}
