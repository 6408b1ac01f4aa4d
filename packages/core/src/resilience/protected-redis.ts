import type { CauseCode } from '../cause.ts';
import { Entrance } from '../command/entrance.ts';
import { Gate } from '../command/gate.ts';
import { redisDispatch } from '../connection/redis-dispatch.ts';
import type { ConnectionNews } from '../connection/connection-news.ts';
import { Connection } from '../connection/connection.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { FleetWatch } from '../dialing/fleet-watch.ts';
import { Reconnector } from '../connection/reconnector.ts';
import { RoleWatch } from '../sentinel/role-watch.ts';
import { Failover } from '../sentinel/failover.ts';
import { sentinelCredentials, type ResolvedTarget } from '../connection/target-of.ts';
import { debug } from '../observability/debug.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { Driver } from '../driver/driver.ts';
import type { ClientParts, ProtectedClient } from '../connection/protected-client.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { ConnectionState } from '../snapshot.ts';

/** Protects one ioredis instance: puts the gate before its commands and the connection beneath it. */
export class ProtectedRedis implements ProtectedClient {
  readonly gate: Gate;
  readonly #parts: ClientParts;
  readonly #connection: Connection;
  readonly #roleWatch: RoleWatch;
  readonly #expectsPrimary: boolean;
  readonly #driver: Driver;
  readonly #source: Reconnector;
  readonly #failover: Failover | undefined;
  readonly #fleetWatch: FleetWatch;
  #runId: string | undefined;
  #holdsWrites = false;

  constructor(
    driver: Driver,
    target: ResolvedTarget,
    dialer: Dialer,
    expectsPrimary: boolean,
    parts: ClientParts,
  ) {
    this.#driver = driver;
    this.#parts = parts;
    this.#expectsPrimary = expectsPrimary;
    const { settings, flushes } = parts;
    const { clock } = settings;
    this.#source = new Reconnector(dialer, target, {
      clock,
      handshakeTimeoutMs: settings.connection.handshakeTimeoutMs,
      onReport: ({ durationMs, cause, nextAttemptMs }) =>
        parts.tell({ kind: 'attempt', report: { durationMs, cause, nextAttemptMs } }),
    });
    this.#connection = new Connection(
      { driver, target, source: this.#source, settings, flushes, onDead: 'replace' },
      (news) => this.#onNews(news),
    );
    const dispatch = redisDispatch(driver, this.#connection.wire);
    this.gate = new Gate(parts.gateParts, this, dispatch);
    if (this.state === 'ready') this.gate.serve();
    this.#fleetWatch = new FleetWatch(clock, dialer, () => this.ask('info', ['clients']));
    const rolePace = () => ({ periodMs: this.#source.periodMs, wantedAt: this.gate.state.writesWantedAt });
    this.#roleWatch = new RoleWatch(target, clock, rolePace, (verified) => this.#onPrimary(verified));
    this.#failover = this.#followFailovers(driver, target);
    const { handle } = new Entrance(this.gate, parts.gateParts, this, dispatch);
    driver.takeOver(handle, this.#connection.connector);
    driver.takeOverRetries();
    driver.answerConnectBy(() => this.#connection.connector.firstFailure());
    driver.beginAgain();
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get cause(): CauseCode | undefined {
    return this.#connection.cause;
  }

  get isServerSilent(): boolean {
    return this.#connection.isServerSilent;
  }

  get connections(): number {
    return 1;
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

  get partlyAwayBy(): CauseCode | undefined {
    return undefined;
  }

  get writesHeldBy(): CauseCode | undefined {
    return this.#holdsWrites ? 'read-only' : undefined;
  }

  nextAttemptMs(): number | undefined {
    return this.#connection.nextAttemptMs() ?? this.#roleWatch.nextLookMs();
  }

  judge({ cause, scope }: ReplyVerdict): void {
    if (cause === undefined) return;
    if (scope === 'server') this.#connection.serverAway(cause);
    else if (scope === 'connection') this.drop(cause);
    else if (cause === 'read-only') this.#readOnly();
  }

  drop(cause: CauseCode): void {
    debug('%s: the socket is dropped (%s)', this.#parts.settings.name, cause);
    this.#connection.drop(cause);
  }

  #readOnly(): void {
    if (!this.#expectsPrimary || this.#roleWatch.isOn) return;
    debug('%s: a replica answers, writes wait for the primary', this.#parts.settings.name);
    this.#roleWatch.start();
    this.#holdWrites();
  }

  ping(): void {
    this.#connection.ping();
  }

  ask(command: string, args: readonly string[]): Promise<unknown> {
    return this.#driver.ask(command, args);
  }

  async disconnect(): Promise<void> {
    this.#stopWatches();
    if (this.#driver.status === 'ended') return;
    const ended = new Promise<void>((resolve) => this.#driver.on('end', resolve));
    this.#driver.disconnect();
    // Pending commands have had the time of the drain.
    this.#connection.drop('closed');
    await ended;
    await this.#driver.givenUp();
  }

  #onNews(news: ConnectionNews): void {
    switch (news.kind) {
      case 'serving':
        this.gate.serve();
        return;
      case 'away':
        if (news.isFirst) this.gate.reopen();
        this.gate.hold(news.since);
        return;
      case 'ended':
        this.#stopWatches();
        this.gate.end();
        return;
      case 'room-changed':
        this.gate.refresh();
        return;
      case 'verified':
        this.#judgeRole(news.verified.proof.info);
        this.#failover?.start();
        this.#fleetWatch.start();
        return;
      case 'changed':
      case 'gap':
      case 'resubscribe-failed':
        this.#parts.tell(news);
        return;
      default:
      // Handled within the connection.
    }
  }

  #stopWatches(): void {
    this.#roleWatch.stop();
    this.#failover?.stop();
    this.#fleetWatch.stop();
  }

  #followFailovers(driver: Driver, target: ResolvedTarget): Failover | undefined {
    const { resolver } = target;
    if (resolver === undefined || !target.requiresPrimary) return undefined;
    return new Failover({
      clock: this.#parts.settings.clock,
      name: String(driver.options['name']),
      target,
      resolver,
      sentinelCredentials: sentinelCredentials(driver),
      isCurrent: ({ host, port }) => {
        const { remoteAddress, remotePort } = this.#connection.wire.socket ?? {};
        return remotePort === port && remoteAddress === host;
      },
      onBegin: () => {
        debug('%s: failover begins, writes wait', this.#parts.settings.name);
        this.#holdWrites();
      },
      onAbort: () => {
        debug('%s: failover came to nothing', this.#parts.settings.name);
        if (!this.#roleWatch.isOn) this.#writesAreBack();
      },
      onPromoted: (verified) => {
        debug('%s: failover done, the socket is replaced', this.#parts.settings.name);
        if (verified !== undefined && (this.state === 'ready' || this.state === 'stalled')) {
          this.#connection.replaceWith(verified);
          return;
        }
        verified?.socket.destroy();
        this.#connection.drop('read-only');
      },
    });
  }

  #judgeRole(info: Readonly<Record<string, string>>): void {
    this.#runId = info['run_id'];
    if (info['role'] === 'slave') this.#readOnly();
    else if (this.#holdsWrites) this.#writesAreBack();
  }

  #onPrimary(verified: VerifiedSocket): void {
    const isSameServer = verified.proof.info['run_id'] === this.#runId;
    debug('%s: the %s is a primary', this.#parts.settings.name, isSameServer ? 'server' : 'new server');
    if (isSameServer || this.state !== 'ready') verified.socket.destroy();
    else this.#connection.replaceGracefully(verified);
    if (isSameServer) this.#writesAreBack();
  }

  #holdWrites(): void {
    this.#holdsWrites = true;
    this.gate.holdWrites(this.#parts.settings.clock.now());
    this.#parts.tell({ kind: 'changed' });
  }

  #writesAreBack(): void {
    this.#holdsWrites = false;
    this.#roleWatch.stop();
    this.#failover?.settled();
    this.gate.holdWrites(undefined);
    this.#parts.tell({ kind: 'changed' });
  }
}
