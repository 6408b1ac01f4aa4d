import type { CauseCode } from '../cause.ts';
import type { Driver, DriverNews } from '../driver/driver.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { Listener } from '../listener.ts';
import type { Settings } from '../options/settings.ts';
import type { ConnectionState } from '../snapshot.ts';
import { roundTripOf } from '../socket/round-trip.ts';
import type { WireNews } from '../socket/wire-news.ts';
import { Wire } from '../socket/wire.ts';
import { StallGuard, type StallNews } from '../stall/stall-guard.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { bytesRead, bytesWritten, type ConnectionNews } from './connection-news.ts';
import type { ConnectorEvent, SocketLost } from './connection-news.ts';
import { Connector } from './connector.ts';
import type { ConnectionEffect, ConnectionSignal, LiveConnectionState } from './connection-state.ts';
import { awaySince, connectionTransition } from './connection-transition.ts';
import { OrderCheck } from '../socket/order-check.ts';
import { ThawProof } from '../stall/thaw-proof.ts';
import { PeacefulReplacement } from './peaceful-replacement.ts';
import { Subscriptions } from './subscriptions.ts';
import { isUnnoticedLoss } from './unnoticed-loss.ts';
import { runSoon } from '../event-loop/soon.ts';
import { stallDetectorOf } from '../event-loop/thaw-watches.ts';

type Standing = DriverNews<'connect' | 'ready' | 'end'>;

/** One connection of a client. Runs the state machine in `connection-transition.ts`, and performs its effects. */
export class Connection implements Listener<Standing | WireNews | ConnectorEvent | StallNews> {
  readonly wire: Wire;
  readonly connector: Connector;
  readonly #driver: Driver;
  readonly #settings: Settings;
  readonly #parts: ConnectionParts;
  readonly #subscriptions: Subscriptions;
  readonly #stallGuard: StallGuard;
  readonly #orderCheck: OrderCheck;
  readonly #thawProof: ThawProof;
  #replacement: PeacefulReplacement | undefined;
  readonly #listener: Listener<ConnectionNews>;
  #state: LiveConnectionState = { kind: 'idle' };

  constructor(parts: ConnectionParts, listener: Listener<ConnectionNews>) {
    const { driver, target, source, settings, flushes } = parts;
    this.#driver = driver;
    this.#settings = settings;
    this.#parts = parts;
    this.#listener = listener;
    const { idlePingMs, maxReplyBytes } = settings.connection;
    this.#subscriptions = new Subscriptions(driver, settings.clock, idlePingMs, listener);
    this.wire = new Wire(driver, settings.clock, roundTripOf(settings), flushes, maxReplyBytes, this);
    this.wire.tellsAll = parts.hearsBytes || settings.connection.integrity === 'load';
    this.#orderCheck = new OrderCheck(driver, this.wire, settings);
    this.#thawProof = new ThawProof(driver, this.wire, settings.clock, this);
    this.connector = new Connector(driver, this.wire, source, this.#subscriptions, settings, this);
    const [endpoint, idle] = [source, this.#subscriptions];
    this.#stallGuard = new StallGuard({ driver, target, wire: this.wire, settings, endpoint, idle }, this);
    this.#enter(this.#takeOver());
    for (const event of ['connect', 'ready', 'end'] as const) driver.on<typeof event>(event, this);
  }

  get state(): ConnectionState {
    return this.#state.kind;
  }

  get cause(): CauseCode | undefined {
    return 'cause' in this.#state ? this.#state.cause : undefined;
  }

  /** Whether a command has been unanswered for too long, or the server replies that it cannot serve (LOADING, BUSY). */
  get isSilent(): boolean {
    return this.#state.kind === 'stalled' || (this.#state.kind === 'ready' && this.#state.isSuspect);
  }

  /** Whether the server answers neither on this connection nor on a second one. */
  get isServerSilent(): boolean {
    return this.#state.kind === 'stalled' && this.#state.isSilent;
  }

  nextAttemptMs(): number | undefined {
    return this.#parts.source.ticket?.nextAttemptMs();
  }

  /** Drops the socket for the given cause; the driver then asks for another one, except on a Cluster node. */
  drop(cause: CauseCode): void {
    this.connector.drop(cause);
  }

  /** Call when the server replied that it cannot serve: keeps the socket, and polls the server until it can serve. */
  serverAway(cause: CauseCode): void {
    if (this.#state.kind !== 'ready') return;
    this.#signal({ kind: 'away', cause });
    this.#stallGuard.awaitServer(cause);
  }

  /** Replaces the socket with `verified` or, if undefined, a new one. The old one is still read for `readOnMs`. */
  replaceWith(verified?: VerifiedSocket, why: 'dead' | 'replaced' = 'dead', readOnMs?: number): void {
    const isReplaced = ['ready', 'stalled'].includes(this.#state.kind) || this.connector.hasStandby;
    if (this.#parts.onDead === 'replace' && isReplaced) this.connector.standBy(verified, readOnMs);
    else verified?.socket.destroy();
    this.#signal({ kind: why });
  }

  /** Like {@link replaceWith}, but waits until the commands sent so far have been answered, for at most 100 ms. */
  replaceGracefully(verified: VerifiedSocket): void {
    this.#tell({ kind: 'away', since: this.#settings.clock.now(), isFirst: false, isUnnoticed: false });
    const isDone = (): boolean => this.#driver.unansweredCount() === 0 || this.#state.kind !== 'ready';
    this.#replacement ??= new PeacefulReplacement(this.#settings.clock);
    this.#replacement.start(verified, isDone, (proven) => this.replaceWith(proven, 'replaced'));
  }

  /** Sends PING to check whether the connection still works. */
  ping(): void {
    if (this.#state.kind !== 'ready' || this.#parts.client.isInsideMulti) return;
    this.#thawProof.askBy(() => this.#orderCheck.ping());
  }

  // Adopts a connection made before `protect` was called; an unfinished attempt to connect starts again.
  #takeOver(): LiveConnectionState {
    const since = this.#settings.clock.now();
    if (this.#driver.status === 'idle' || this.#driver.status === 'ended') return { kind: 'idle' };
    if (this.#driver.status !== 'ready') return { kind: 'connecting', since, cause: undefined };
    this.connector.connected();
    this.#stallGuard.watch();
    return { kind: 'ready', since, isSuspect: false };
  }

  #signal(signal: ConnectionSignal): void {
    const { state, effects } = connectionTransition(this.#state, signal, this.#settings.clock.now());
    this.#enter(state);
    for (const effect of effects) this.#perform(effect);
  }

  #enter(state: LiveConnectionState): void {
    this.#state = state;
    this.connector.isServing = state.kind === 'ready' && !state.isSuspect;
    this.wire.isCalm = this.connector.isServing;
  }

  #perform(effect: ConnectionEffect): void {
    switch (effect) {
      case 'serve':
        return this.#tell({ kind: 'serving' });
      case 'hold':
        return this.#tell({
          kind: 'away',
          since: awaySince(this.#state),
          isFirst: this.#state.kind === 'connecting',
          isUnnoticed: isUnnoticedLoss(this.#state, this.wire, this.#subscriptions),
        });
      case 'end':
        return this.#tell({ kind: 'ended' });
      case 'publish':
        return this.#tell({ kind: 'changed' });
      case 'inquire':
        this.#stallGuard.inquire();
        return this.#tell({ kind: 'silent' });
      case 'stop-inquiry':
        this.#stallGuard.stopInquiry();
        return this.#tell({ kind: 'cleared' });
      case 'replace-socket':
        this.#stallGuard.stopInquiry();
        return this.connector.drop('stalled');
      default:
        effect satisfies never;
    }
  }

  onNews(news: Standing | WireNews | ConnectorEvent | StallNews): void {
    switch (news.kind) {
      case 'connect':
        return this.connector.connected();
      case 'ready':
        return this.#onReady();
      case 'end':
        this.#signal({ kind: 'ended' });
        return this.connector.stop();
      case 'alive':
      case 'read':
        return this.#onRead(news.kind === 'alive');
      case 'ending':
        return void this.#thawProof.arrived(); // What was held back is sent, as it would be without a freeze.
      case 'breached':
        return this.drop('protocol');
      case 'written':
        this.#stallGuard.noteWrite(this.wire.writtenAt);
        return this.#tell(bytesWritten);
      case 'abandoned':
        return void this.#stallGuard.release();
      case 'verified':
        this.wire.roundTrip.begin(news.verified.answeredInMs);
        return this.#tell(news);
      case 'room-changed':
      case 'doubtful':
        return this.#tell({ kind: news.kind });
      case 'lost':
        return this.#onLost(news);
      case 'dial':
      case 'attempt-failed':
      case 'silent':
        return this.#signal(news);
      case 'away':
        return this.#thawProof.isPending ? this.drop(news.cause) : this.#signal(news);
      case 'idle':
        return this.ping();
      case 'serves':
        return this.#signal({ kind: 'answered' });
      case 'dead':
        return this.replaceWith(news.replacement, 'dead', this.#settings.timeoutMs);
      case 'gone':
        return this.drop(news.cause);
      default:
        news satisfies never;
    }
  }

  #onRead(isAlive: boolean): void {
    if (!this.#thawProof.arrived()) return this.drop('stalled');
    this.wire.isCalm = this.connector.isServing;
    if (isAlive) this.#onAlive();
    this.#tell(bytesRead);
    if (this.#orderCheck.isDue) runSoon(() => this.ping()); // Delayed to share a write with the next commands.
  }

  #onAlive(): void {
    const state = this.#state;
    const servesNot = state.kind === 'stalled' && state.cause !== 'stalled';
    if (!servesNot && (state.kind !== 'ready' || state.isSuspect)) this.#signal({ kind: 'answered' });
  }

  #onLost(news: SocketLost): void {
    this.#stallGuard.unwatch();
    this.#thawProof.stop();
    this.#replacement?.stop();
    if (this.#parts.onDead === 'replace') this.#subscriptions.remember(this.wire.readAt);
    this.#signal(news);
    stallDetectorOf(this.#settings.clock).look();
  }

  #onReady(): void {
    if (this.#driver.status !== 'ready') return; // It is told one tick late: the socket may already be gone.
    this.connector.ready();
    this.#subscriptions.restore();
    this.#signal({ kind: 'ready' });
    this.#stallGuard.watch();
  }

  #tell(news: ConnectionNews): void {
    this.#listener.onNews(news);
  }
}
