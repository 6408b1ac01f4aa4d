import type { Clock, TimerHandle } from '../clock.ts';
import { targetWith, type VerifiedSocket, type Target } from '../handshake/establish.ts';
import type { Endpoint } from '../handshake/open-socket.ts';
import type { RolePace } from './role-pace.ts';
import { RoleWatch } from './role-watch.ts';
import type { SentinelResolver } from './sentinel-resolver.ts';
import { SentinelWatch, type SentinelNews } from './sentinel-watch.ts';
import type { Credentials } from '../redis-resilience.ts';

export interface FailoverOptions {
  readonly clock: Clock;
  readonly name: string;
  readonly target: Target;
  readonly resolver: SentinelResolver;
  readonly sentinelCredentials: Credentials | undefined;
  /** How often sentinels are dialed while somebody waits for a primary. */
  readonly pace: () => RolePace;
  /** Whether the connection leads to this endpoint now. */
  isCurrent(endpoint: Endpoint): boolean;
  /** A replica is about to be promoted: what is written to the old primary from now on will be lost. */
  onBegin(): void;
  /** The failover was aborted. */
  onAbort(): void;
  /** The new primary answers. `verified`, where given, leads to it; the listener keeps or destroys it. */
  onPromoted(verified: VerifiedSocket | undefined): void;
}

const chosenPace = { periodMs: 25, wantedAt: Infinity };
const maxMs = 10_000;

/**
 * Follows a failover from its first sign. The sentinels name the replica that they chose; that replica is asked for its
 * role until it is the primary, because it knows so before any sentinel does. Where several sentinels are configured, a
 * second one must know that replica.
 */
export class Failover {
  readonly #options: FailoverOptions;
  readonly #sentinels: SentinelWatch;
  #chosen: RoleWatch | undefined;
  #timer: TimerHandle | undefined;
  /** Counts the stops: news that a second sentinel confirms after one is old. */
  #run = 0;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#sentinels = new SentinelWatch({
      clock: options.clock,
      open: options.target.open,
      name: options.name,
      credentials: options.sentinelCredentials,
      sentinels: () => options.resolver.sentinels(),
      pace: options.pace,
      onFailoverBegins: (news) => void this.#begin(news),
      onFailoverAborted: () => this.#abort(),
      onPromoted: (news) => void this.#promoted(news),
    });
  }

  /** True between the choice of a replica and its promotion. */
  get isUnderWay(): boolean {
    return this.#timer !== undefined;
  }

  /** Somebody begins to wait for a primary. */
  hurry(): void {
    this.#sentinels.hurry();
  }

  stop(): void {
    this.#run += 1;
    this.#sentinels.stop();
    this.#end();
  }

  /** The connection leads to the server that was resolved last. */
  arrived(): void {
    this.#options.resolver.arrived();
    this.#sentinels.start();
  }

  /** The connection leads to a primary again. */
  settled(): void {
    this.#end();
  }

  async #begin({ host, port, from }: SentinelNews): Promise<void> {
    const { clock, resolver, target } = this.#options;
    const run = this.#run;
    if (!(await resolver.vouch(host, port, from)) || run !== this.#run) return;
    this.#end();
    this.#timer = clock.setTimeout(() => this.#abort(), maxMs);
    this.#options.onBegin();
    const endpoint = resolver.complete(host, port);
    const chosen = new RoleWatch(
      targetWith(target, { endpoint: () => Promise.resolve(endpoint) }),
      clock,
      () => chosenPace,
      (verified) => {
        resolver.pin(host, port);
        this.#options.onPromoted(verified);
      },
    );
    this.#chosen = chosen;
    chosen.start();
  }

  async #promoted({ host, port, from }: SentinelNews): Promise<void> {
    const { resolver } = this.#options;
    const run = this.#run;
    const isCurrent = (): boolean => this.#options.isCurrent(resolver.complete(host, port));
    if (isCurrent() || !(await resolver.vouch(host, port, from)) || run !== this.#run || isCurrent()) return;
    resolver.pin(host, port);
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
