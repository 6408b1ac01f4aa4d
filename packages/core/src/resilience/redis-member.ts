import { once } from 'node:events';
import { Command, type Redis } from 'ioredis';
import type { CauseCode } from '../cause.ts';
import { Entrance } from '../command/entrance.ts';
import { Gate } from '../command/gate.ts';
import { redisDispatch } from '../ioredis/redis-dispatch.ts';
import { Connection, type ConnectionHost } from '../connection/connection.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { FleetWatch } from '../dialing/fleet-watch.ts';
import { Redialer } from '../connection/redialer.ts';
import { noteUnsubscribing } from '../connection/note-unsubscribing.ts';
import { RoleWatch } from '../sentinel/role-watch.ts';
import { Failover } from '../sentinel/failover.ts';
import { sentinelCredentials, type ResolvedTarget } from '../connection/target-of.ts';
import { debug } from '../debug.ts';
import type { DriverCommand, SendCommand } from '../driver/driver-command.ts';
import * as lifecycle from '../ioredis/lifecycle.ts';
import * as driver from '../ioredis/client.ts';
import type { Member, MemberHost } from './member.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { ConnectionState } from '../snapshot.ts';

/** Protects one ioredis instance: puts the gate before its commands and the connection beneath it. */
export class RedisMember implements Member {
  readonly client: Redis;
  readonly gate: Gate;
  readonly #host: MemberHost;
  readonly #connection: Connection;
  readonly #roleWatch: RoleWatch;
  readonly #expectsPrimary: boolean;
  readonly #send: SendCommand;
  readonly #redialer: Redialer;
  readonly #failover: Failover | undefined;
  readonly #fleetWatch: FleetWatch;
  #runId: string | undefined;
  #holdsWrites = false;

  constructor(
    client: Redis,
    target: ResolvedTarget,
    dialer: Dialer,
    expectsPrimary: boolean,
    host: MemberHost,
  ) {
    this.client = client;
    this.#host = host;
    this.#expectsPrimary = expectsPrimary;
    const send = noteUnsubscribing(driver.sendCommandOf(client), (kind, channels) =>
      this.#connection.subscriptions.ended(kind, channels),
    );
    this.#send = send;
    const dispatch = redisDispatch(client, send, () => this.#connection.wire);
    this.gate = new Gate(host.gateParts, this, dispatch);
    const redialer = new Redialer(dialer, target, {
      clock: host.clock,
      handshakeTimeoutMs: host.settings.connection.handshakeTimeoutMs,
      priority: () => (this.#connection.isSubscriber ? 'subscriber' : 'command'),
      onAttempt: ({ durationMs, cause, nextAttemptMs }) =>
        host.onAttempt({ durationMs, cause, nextAttemptMs }),
    });
    this.#redialer = redialer;
    const connection = new Connection(client, target, redialer, this.gate, {
      ...connectionHost(host),
      ask: (command, args) => this.ask(command, args),
      onStateChange: () => host.onMemberChange(),
      onProven: ({ proof }) => {
        this.#judgeRole(proof.info);
        this.#failover?.start();
        this.#fleetWatch.start();
      },
    });
    this.#connection = connection;
    this.#fleetWatch = new FleetWatch(host.clock, dialer, () => this.ask('info', ['clients']));
    this.#roleWatch = new RoleWatch(target, host.clock, host.settings.connection.minPeriodMs, {
      onPrimary: (established) => {
        const isSameServer = established.proof.info['run_id'] === this.#runId;
        debug('%s: the %s is a primary', host.settings.name, isSameServer ? 'server' : 'new server');
        if (isSameServer || this.state !== 'ready') established.socket.destroy();
        else this.#connection.replaceInPeace(established);
        if (isSameServer) this.#writesAreBack();
      },
    });
    this.#failover = this.#followFailovers(client, target);
    driver.takeOverConnection(client, connection.connector);
    driver.takeOverRetry(client);
    lifecycle.interceptConnect(client, () => this.#connection.connector.firstFailure());
    lifecycle.interceptDisconnect(client);
    if (driver.optionsOf(client)['monitor'] === true) lifecycle.monitorAtOnce(client);
    else driver.interceptSendCommand(client, new Entrance(this.gate, host.gateParts, this, dispatch).handle);
  }

  begin(): void {
    this.#connection.takeOver();
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get cause(): CauseCode | undefined {
    return this.#connection.cause;
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
    debug('%s: the socket is dropped (%s)', this.#host.settings.name, cause);
    this.#connection.drop(cause);
  }

  #readOnly(): void {
    if (!this.#expectsPrimary || this.#roleWatch.isOn) return;
    debug('%s: a replica answers, writes wait for the primary', this.#host.settings.name);
    this.#roleWatch.start();
    this.#holdWrites();
  }

  prove(): void {
    this.#connection.prove();
  }

  ask(command: string, args: readonly string[]): Promise<unknown> {
    const question = new Command(command, [...args], { replyEncoding: 'utf8' });
    this.#send(question as unknown as DriverCommand);
    return question.promise;
  }

  async disconnect(): Promise<void> {
    this.#roleWatch.stop();
    this.#failover?.stop();
    this.#fleetWatch.stop();
    if (driver.statusOf(this.client) === 'end') return;
    const ended = once(this.client, 'end');
    this.client.disconnect();
    // Whoever was to be answered had the time of the drain.
    this.#connection.drop('closed');
    await ended;
    await this.#redialer.stopped();
  }

  #followFailovers(client: Redis, target: ResolvedTarget): Failover | undefined {
    const { resolver } = target;
    if (resolver === undefined || !target.requiresPrimary) return undefined;
    return new Failover({
      clock: this.#host.clock,
      name: String(driver.optionsOf(client)['name']),
      target,
      resolver,
      sentinelCredentials: sentinelCredentials(client),
      isCurrent: ({ host, port }) => {
        const { remoteAddress, remotePort } = this.#connection.wire.socket ?? {};
        return remotePort === port && remoteAddress === host;
      },
      onBegin: () => {
        debug('%s: failover begins, writes wait', this.#host.settings.name);
        this.#holdWrites();
      },
      onAbort: () => {
        debug('%s: failover came to nothing', this.#host.settings.name);
        if (!this.#roleWatch.isOn) this.#writesAreBack();
      },
      onPromoted: (established) => {
        debug('%s: failover done, the socket is replaced', this.#host.settings.name);
        if (established !== undefined && (this.state === 'ready' || this.state === 'stalled')) {
          this.#connection.replaceWith(established);
          return;
        }
        established?.socket.destroy();
        this.#connection.drop('read-only');
      },
    });
  }

  #judgeRole(info: Readonly<Record<string, string>>): void {
    this.#runId = info['run_id'];
    if (info['role'] === 'slave') this.#readOnly();
    else if (this.#holdsWrites) this.#writesAreBack();
  }

  #holdWrites(): void {
    this.#holdsWrites = true;
    this.gate.holdWrites(this.#host.clock.now());
    this.#host.onMemberChange();
  }

  #writesAreBack(): void {
    this.#holdsWrites = false;
    this.#roleWatch.stop();
    this.#failover?.settled();
    this.gate.holdWrites(undefined);
    this.#host.onMemberChange();
  }
}

function connectionHost(host: MemberHost): Omit<ConnectionHost, 'ask' | 'onStateChange' | 'onProven'> {
  return {
    settings: host.settings,
    clock: host.clock,
    random: host.random,
    newFlush: (now) => host.newFlush(now),
    onGap: (gapMs, channels) => host.onGap(gapMs, channels),
    onResubscribeFailed: (channels, code) => host.onResubscribeFailed(channels, code),
  };
}
