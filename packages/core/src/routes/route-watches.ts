import { sentinelCredentials } from '../connection/target-of.ts';
import { FleetWatch } from '../dialing/fleet-watch.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import { PrimaryWatch, type PrimaryNews } from '../sentinel/primary-watch.ts';
import type { Wire } from '../socket/wire.ts';
import type { Route } from './route.ts';

/** The parts of a client that the watches need. */
export interface WatchParts {
  readonly settings: Settings;
  readonly wire: () => Wire;
  /** When a write was last held back, in monotonic milliseconds. */
  readonly writesWantedAt: () => number;
  readonly ask: (command: string, args: readonly string[]) => Promise<unknown>;
}

/** The watches on the target of a route, while a client is connected to it. */
export class RouteWatches {
  readonly #primary: PrimaryWatch;
  readonly #fleet: FleetWatch;

  constructor(
    { target, dialer, expectsPrimary, destination, isLeased }: Route,
    { settings, wire, writesWantedAt, ask }: WatchParts,
    tell: (news: PrimaryNews) => void,
  ) {
    const { clock, name } = settings;
    const { resolver, requiresPrimary } = target;
    this.#fleet = new FleetWatch(clock, dialer, () => ask('info', ['clients']));
    this.#primary = new PrimaryWatch(
      {
        clock,
        name,
        target,
        isLeased,
        turns: dialer.lookTurns,
        followsAt: (now) => (isLeased ? dialer.leasePace.spread(now, now, dialer.alive) : now),
        onDial: () => dialer.leasePace.lookedFor(clock.now()),
        expectsPrimary,
        pace: () => ({ periodMs: dialer.periodMs, wantedAt: writesWantedAt() }),
        sentinels:
          resolver === undefined || !requiresPrimary
            ? undefined
            : {
                resolver,
                group: String(destination.options['name']),
                credentials: sentinelCredentials(destination),
              },
        isCurrent: ({ host, port }) => {
          const { remoteAddress, remotePort } = wire().socket ?? {};
          return remotePort === port && remoteAddress === host;
        },
      },
      tell,
    );
  }

  /** Whether a replica has been chosen and is being promoted. */
  get isPromotionUnderWay(): boolean {
    return this.#primary.isPromotionUnderWay;
  }

  nextLookMs(): number | undefined {
    return this.#primary.nextLookMs();
  }

  connected({ proof }: VerifiedSocket): void {
    this.#primary.connected(proof.info);
    this.#fleet.start();
  }

  /** Call when the server has refused a write with READONLY. */
  writeRefused(): void {
    this.#primary.refused();
  }

  stop(): void {
    this.#primary.stop();
    this.#fleet.stop();
  }
}
