import type { CauseCode } from '../cause.ts';
import { Entrance } from '../command/entrance.ts';
import { expectChange } from '../databases/expect-change.ts';
import { Gate } from '../command/gate.ts';
import { askOutsideMulti } from '../command/guards/ask-outside-multi.ts';
import { RedisDispatch } from '../connection/redis-dispatch.ts';
import type { ConnectionNews } from '../connection/connection-news.ts';
import { singleServer } from '../connection/connection-parts.ts';
import { Connection } from '../connection/connection.ts';
import { ActiveRoute, type RoutedClient, type RouteNews } from '../routes/active-route.ts';
import type { MovableClient } from '../databases/movable-client.ts';
import { blockedCallOf, type BlockedCall } from '../databases/release-blocked.ts';
import type { Route } from '../routes/route.ts';
import { debug } from '../observability/debug.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { Driver } from '../driver/driver.ts';
import type { Listener } from '../listener.ts';
import type { ClientParts, ProtectedClient } from '../connection/protected-client.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { ConnectionState } from '../snapshot.ts';
import type { ServerFacts } from '../snapshot-detail.ts';
import type { Settings } from '../options/settings.ts';
import { PeacefulTurn } from './peaceful-turn.ts';

/** Protects one ioredis instance: with a gate for its commands, and a connection that can move to another database. */
export class ProtectedRedis
  implements ProtectedClient, MovableClient, RoutedClient, Listener<ConnectionNews>
{
  readonly driver: Driver;
  readonly settings: Settings;
  readonly gate: Gate;
  readonly connections = 1;
  readonly partlyAwayBy = undefined;
  readonly #parts: ClientParts;
  readonly #connection: Connection;
  readonly #activeRoute: ActiveRoute;
  #holdsWrites = false;
  readonly #turn: PeacefulTurn;

  /** `routeTo` returns the route to the named database or, without a name, to the one in use. */
  constructor(driver: Driver, routeTo: (database?: string) => Route, parts: ClientParts) {
    this.driver = driver;
    this.#parts = parts;
    const { settings, flushes } = parts;
    this.settings = settings;
    this.#turn = new PeacefulTurn(settings.clock, this);
    this.#activeRoute = new ActiveRoute(routeTo, this);
    const { target, source } = this.#activeRoute;
    const own = { driver, target, source, settings, flushes, client: this, ...singleServer };
    this.#connection = new Connection(own, this);
    const dispatch = new RedisDispatch(driver, this.#connection.wire, parts.ownCircuits);
    this.gate = new Gate(parts.gateParts, this, dispatch);
    if (this.state === 'ready') this.gate.serve();
    if (this.#activeRoute.route.isReadOnly) this.#holdWrites(true);
    const entrance = new Entrance(this.gate, parts.gateParts, this, dispatch);
    driver.takeOver(entrance.handle, this.#connection.connector);
    driver.takeOverRetries();
    driver.answerConnectBy(this.#connection.connector);
    // A client that has never connected has sent nothing.
    if (driver.status !== 'idle')
      entrance.adopt(driver.sentBefore(), flushes.begin(settings.clock.now(), 'calls'));
    driver.beginAgain();
  }

  get wire(): Connection['wire'] {
    return this.#connection.wire;
  }
  get isInsideMulti(): boolean {
    return this.gate.state.guards.transactions.isOpen;
  }
  get isWanted(): boolean {
    return this.gate.counts().waiting > 0 || this.#parts.isAwaited?.() === true;
  }

  get state(): ConnectionState {
    return this.#turn.isUnderWay ? 'ready' : this.#connection.state;
  }

  get cause(): CauseCode | undefined {
    return this.#turn.isUnderWay ? undefined : this.#connection.cause;
  }

  get isServerSilent(): boolean {
    return this.#connection.isServerSilent;
  }
  get readyConnections(): number {
    return this.state === 'ready' ? 1 : 0;
  }
  get readAt(): number | undefined {
    return this.#connection.wire.readAt || undefined;
  }
  get writtenAt(): number | undefined {
    return this.#connection.wire.writtenAt || undefined;
  }

  get server(): ServerFacts | undefined {
    return this.#activeRoute.server(this.#holdsWrites);
  }
  get writesHeldBy(): CauseCode | undefined {
    return this.#holdsWrites ? 'read-only' : undefined;
  }

  /** Whether a replica is being promoted, so that a primary is expected soon. */
  get isPromotionUnderWay(): boolean {
    return this.#activeRoute.watches.isPromotionUnderWay;
  }

  nextAttemptMs(): number | undefined {
    return this.#connection.nextAttemptMs() ?? this.#activeRoute.watches.nextLookMs();
  }

  judge({ cause, scope }: ReplyVerdict): void {
    if (cause === undefined) return;
    if (scope === 'server') this.#connection.serverAway(cause);
    else if (scope === 'connection') this.drop(cause);
    else if (cause === 'read-only') this.#activeRoute.watches.writeRefused();
  }

  drop(cause: CauseCode): void {
    debug('%s: the socket is dropped (%s)', this.settings.name, cause);
    this.#connection.drop(cause);
  }

  // Discards the counts of the client's own circuits. The `Engine` discards the counts of the shared circuits.
  discardCounts(): void {
    const circuits = Object.values(this.#parts.ownCircuits ?? {});
    for (const circuit of circuits) circuit.discardCounts(this.settings.clock.now());
  }

  ping(): void {
    this.#connection.ping();
  }

  ask(command: string, args: readonly string[]): Promise<unknown> {
    return askOutsideMulti(this.gate, this.driver, command, args);
  }

  get database(): string | undefined {
    return this.#activeRoute.route.database;
  }

  get isQuiet(): boolean {
    return this.driver.unansweredCount() === 0;
  }

  pause(): void {
    this.gate.hold(this.settings.clock.now(), false);
  }

  resume(): void {
    if (this.#connection.state === 'ready') this.gate.serve();
  }

  get blocked(): BlockedCall | undefined {
    return blockedCallOf(this.driver, this.#connection.wire);
  }

  prepare(database: string, signal: AbortSignal): Promise<VerifiedSocket> {
    return this.#activeRoute.prepare(database, signal);
  }

  switchTo(database: string, verified: VerifiedSocket | undefined, isInPeace: boolean): void {
    const { state } = this.#connection;
    const isTaken = this.#activeRoute.switchTo(database, verified);
    const { isReadOnly } = this.#activeRoute.route;
    if (isReadOnly || this.#holdsWrites) this.#holdWrites(isReadOnly);
    if (isTaken) return;
    if (isInPeace && verified !== undefined && state === 'ready') this.#turn.begin();
    else this.#turn.end();
    if (verified !== undefined) this.#connection.replaceWith(verified, isInPeace ? 'replaced' : 'dead');
    else if (state === 'ready' || state === 'stalled')
      this.#connection.drop(this.cause ?? 'connection-reset');
    else this.#connection.replaceWith();
  }

  expectChange(at: number | undefined): void {
    expectChange(this.gate, at, this.settings.clock.now());
  }

  async disconnect(): Promise<void> {
    this.#activeRoute.watches.stop();
    if (this.driver.status === 'ended') return;
    const ended = new Promise<void>((resolve) => this.driver.on('end', resolve));
    this.driver.disconnect();
    // The commands in flight have already been given time to finish, so the socket need not wait for them.
    this.#connection.drop('closed');
    await ended;
    await this.driver.givenUp();
  }

  onNews(news: ConnectionNews): void {
    switch (news.kind) {
      case 'serving':
        this.#turn.end();
        return this.gate.serve();
      case 'away':
        if (news.isUnnoticed && this.gate.state.kind === 'serving') this.#turn.begin();
        if (news.isFirst) this.gate.reopen();
        return this.gate.hold(news.since, !['ready', 'stalled'].includes(this.#connection.state));
      case 'ended':
        this.#turn.end();
        this.#activeRoute.watches.stop();
        return this.gate.end();
      case 'room-changed':
        return this.gate.refresh();
      case 'verified':
        return this.#activeRoute.connected(news.verified);
      case 'changed':
      case 'gap':
      case 'resubscribe-failed':
        return this.#parts.tell(news);
      default:
      // The connection itself handles all other events.
    }
  }

  onRoute(news: RouteNews): void {
    switch (news.kind) {
      case 'attempt':
        if (news.report.cause !== undefined) this.#turn.fail();
        return this.#parts.tell(news);
      case 'writes-away':
        return this.#holdWrites(true);
      case 'writes-back':
        return this.#holdWrites(false);
      case 'primary':
        return this.#onPrimary(news.verified, news.isImmediate);
      case 'moved':
        return this.#connection.drop('read-only');
      default:
        news satisfies never;
    }
  }

  #onPrimary(verified: VerifiedSocket, isImmediate: boolean): void {
    if (!isImmediate && this.state === 'ready') this.#connection.replaceGracefully(verified);
    else if (this.state === 'ready' || this.state === 'stalled') this.#connection.replaceWith(verified);
    else if (!isImmediate) verified.socket.destroy();
    else if (!this.#activeRoute.supply(verified)) {
      verified.socket.destroy();
      this.#connection.drop('read-only');
    }
  }

  #holdWrites(isHeld: boolean): void {
    this.#holdsWrites = isHeld;
    this.gate.holdWrites(isHeld ? this.settings.clock.now() : undefined);
    this.#parts.tell({ kind: 'changed' });
  }
}
