import type { GateState } from '../command/gate-state.ts';
import { sentinelCredentials } from '../sentinel/sentinel-options.ts';
import { FleetWatch } from '../dialing/fleet-watch.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { ServerInfo } from '../handshake/verify-handshake.ts';
import type { Settings } from '../options/settings.ts';
import { PrimaryWatch, type PrimaryNews } from '../sentinel/primary-watch.ts';
import type { Wire } from '../socket/wire.ts';
import type { Route } from './route.ts';

/** What the watches need from a client. */
export interface WatchedClient {
  readonly settings: Settings;
  readonly wire: Wire;
  readonly gate: { readonly state: Pick<GateState, 'writesWantedAt'> };
  ask(command: string, args: readonly string[]): Promise<unknown>;
  /** Receives the findings of the watches. */
  onRoute(news: PrimaryNews): void;
}

/**
 * Watches the target of a route while a client is connected to it: which server is the primary, and how many clients
 * the server has.
 */
export class RouteWatches {
  readonly #route: Route;
  readonly #client: WatchedClient;
  /** The watch for the primary; undefined without sentinels until the server first turns out to be a replica. */
  #primary: PrimaryWatch | undefined;
  #info: ServerInfo | undefined;

  constructor(route: Route, client: WatchedClient) {
    this.#route = route;
    this.#client = client;
    if (route.target.resolver !== undefined) this.#primary = this.#watchPrimary();
  }

  /** Whether a replica has been chosen and is being promoted. */
  get isPromotionUnderWay(): boolean {
    return this.#primary?.isPromotionUnderWay === true;
  }

  nextLookMs(): number | undefined {
    return this.#primary?.nextLookMs();
  }

  connected({ proof }: VerifiedSocket): void {
    this.#info = proof.info;
    if (proof.info['role'] === 'slave') this.#primary ??= this.#watchPrimary();
    this.#primary?.connected(proof.info);
    this.#fleet.add(this.#client);
  }

  /** Call when the server has refused a write with READONLY. */
  writeRefused(): void {
    if (this.#primary === undefined) {
      this.#primary = this.#watchPrimary();
      if (this.#info !== undefined) this.#primary.connected(this.#info);
    }
    this.#primary.refused();
  }

  stop(): void {
    this.#primary?.stop();
    this.#fleet.remove(this.#client);
  }

  get #fleet(): FleetWatch {
    return FleetWatch.of(this.#client.settings.clock, this.#route.dialer);
  }

  #watchPrimary(): PrimaryWatch {
    const { target, dialer, expectsPrimary, destination, isLeased } = this.#route;
    const client = this.#client;
    const { clock, name } = client.settings;
    const { resolver, requiresPrimary } = target;
    return new PrimaryWatch(
      {
        clock,
        name,
        target,
        isLeased,
        turns: dialer.lookTurns,
        followsAt: (now) => (isLeased ? dialer.leasePace.spread(now, now, dialer.alive) : now),
        onDial: () => dialer.leasePace.lookedFor(clock.now()),
        expectsPrimary,
        pace: () => ({ periodMs: dialer.periodMs, wantedAt: client.gate.state.writesWantedAt }),
        sentinels:
          resolver === undefined || !requiresPrimary
            ? undefined
            : {
                resolver,
                group: String(destination.options['name']),
                credentials: sentinelCredentials(destination.options),
              },
        isCurrent: ({ host, port }) => {
          const { remoteAddress, remotePort } = client.wire.socket ?? {};
          return remotePort === port && remoteAddress === host;
        },
      },
      (news) => client.onRoute(news),
    );
  }
}
