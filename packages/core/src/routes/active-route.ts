import { Reconnector, type ReconnectorClient } from '../connection/reconnector.ts';
import type { AttemptReport } from '../connection/protected-client.ts';
import type { Driver } from '../driver/driver.ts';
import { establish, type Target, type VerifiedSocket } from '../handshake/establish.ts';
import { productOf } from '../handshake/server-product.ts';
import type { ServerInfo } from '../handshake/verify-handshake.ts';
import type { Settings } from '../options/settings.ts';
import type { PrimaryNews } from '../sentinel/primary-watch.ts';
import type { ServerFacts } from '../snapshot-detail.ts';
import type { Route } from './route.ts';
import { RouteWatches, type WatchedClient } from './route-watches.ts';
import { CurrentTarget } from './current-target.ts';
import { SwitchableSource } from './switchable-source.ts';

/** A report to the client: the end of a connection attempt, or a finding about which server is the primary. */
export type RouteNews = { readonly kind: 'attempt'; readonly report: AttemptReport } | PrimaryNews;

/** What an active route needs from its client. */
export interface RoutedClient extends WatchedClient {
  readonly driver: Driver;
  /** Whether callers are waiting for the client to be connected. */
  readonly isWanted: boolean;
  onRoute(news: RouteNews): void;
}

const roleNames: Readonly<Record<string, ServerFacts['role']>> = { master: 'primary', slave: 'replica' };

/**
 * Determines where one client connects, and changes this on a switch to another database. Provides the target, the
 * source of connected sockets, and the watches on the target.
 */
export class ActiveRoute implements ReconnectorClient {
  readonly source: SwitchableSource;
  readonly target: Target;
  readonly #client: RoutedClient;
  readonly #routeTo: (database?: string) => Route;
  #route: Route;
  #watches: RouteWatches;
  #info: ServerInfo | undefined;

  /** `routeTo` returns the route to the named database or, without a name, to the one in use. */
  constructor(routeTo: (database?: string) => Route, client: RoutedClient) {
    this.#routeTo = routeTo;
    this.#client = client;
    this.#route = routeTo();
    this.source = new SwitchableSource(this.#reconnector(this.#route));
    this.target = new CurrentTarget(this);
    this.#watches = this.#watch();
  }

  get route(): Route {
    return this.#route;
  }

  get watches(): RouteWatches {
    return this.#watches;
  }

  /** Returns the facts about the connected server. `isDemoted`: whether the server is known to be a replica now. */
  server(isDemoted: boolean): ServerFacts | undefined {
    const info = this.#info;
    if (info === undefined) return undefined;
    const { isReadOnly, expectsPrimary } = this.#route;
    const told = roleNames[info['role'] ?? ''];
    // If the server was a replica when the client connected to it, but is not `isDemoted` now, the server has been
    // promoted in the meantime.
    const role = told === 'replica' && expectsPrimary && !isReadOnly ? 'primary' : told;
    return { version: productOf(info), role: isDemoted && !isReadOnly ? 'replica' : role };
  }

  /** Call when the client is about to use this socket, whose handshake has succeeded. */
  connected(verified: VerifiedSocket): void {
    this.#info = verified.proof.info;
    this.#watches.connected(verified);
  }

  /** Makes a connection to another database, and keeps the current connection. */
  prepare(database: string, signal: AbortSignal): Promise<VerifiedSocket> {
    return establish(this.#routeTo(database).target, this.#client.settings.clock, signal);
  }

  /**
   * Switches to another database. `verified`, if defined, is a socket that is already connected to that database.
   * Returns whether the driver was waiting for a socket and got `verified`.
   */
  switchTo(database: string, verified: VerifiedSocket | undefined): boolean {
    const route = this.#routeTo(database);
    const { options, database: number } = route.destination;
    this.#watches.stop();
    this.#client.driver.leadTo(options, number);
    this.#route = route;
    this.#watches = this.#watch();
    return this.source.switchTo(this.#reconnector(route), verified);
  }

  /** Supplies the driver with a socket if the driver is waiting for one, and returns whether the driver was waiting. */
  supply(verified: VerifiedSocket): boolean {
    return this.source.switchTo(this.#reconnector(this.#route), verified);
  }

  get isWanted(): boolean {
    return this.#client.isWanted;
  }

  get settings(): Settings {
    return this.#client.settings;
  }

  onReport({ durationMs, cause, nextAttemptMs }: AttemptReport): void {
    this.#client.onRoute({ kind: 'attempt', report: { durationMs, cause, nextAttemptMs } });
  }

  #reconnector({ dialer, target, isLeased }: Route): Reconnector {
    return new Reconnector(dialer, target, this, isLeased);
  }

  #watch(): RouteWatches {
    return new RouteWatches(this.#route, this.#client);
  }
}
