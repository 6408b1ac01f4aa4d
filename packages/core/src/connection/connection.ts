import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { CauseCode } from '../cause.ts';
import type { Clock, Random } from '../clock.ts';
import * as driver from '../ioredis.ts';
import type { Settings } from '../settings.ts';
import type { ConnectionState } from '../snapshot.ts';
import type { Established, Target } from './establish.ts';
import type { LinkEffect, LinkSignal, LinkState } from './link-state.ts';
import { Patrol } from './patrol.ts';
import type { Redialer } from './redialer.ts';
import { RoundTrip } from './round-trip.ts';
import { Silence } from './silence.ts';
import { Subscriptions } from './subscriptions.ts';
import { transition } from './transition.ts';
import { Wire } from './wire.ts';

/** What a connection does to the gate before it. */
export interface GateControl {
  open(): void;
  hold(since: number | undefined): void;
  end(): void;
  refresh(): void;
  unblock(): void;
}

/** What a connection reports to the resilience it belongs to. */
export interface ConnectionHost {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  generations(): { readonly read: number; readonly write: number };
  onStateChange(connection: Connection): void;
  onProven(connection: Connection, established: Established): void;
  onGap(gapMs: number, channels: number): void;
  onResubscribeFailed(channels: number, code: string): void;
}

/**
 * One connection of one ioredis instance. It is the instance's connector, so that the socket which proved to lead to a
 * serving Redis is the connection; it runs the state machine of `transition.ts`, and performs its effects.
 */
export class Connection implements driver.DriverConnector {
  readonly client: Redis;
  readonly wire: Wire;
  readonly #host: ConnectionHost;
  readonly #gate: GateControl;
  readonly #redialer: Redialer;
  readonly #silence: Silence;
  readonly #patrol: Patrol;
  readonly #subscriptions: Subscriptions;
  readonly #firstFailures = new Set<(error: Error) => void>();
  #state: LinkState = { kind: 'idle' };
  #standby: Established | undefined;
  #pending: { readonly reject: (error: Error) => void } | undefined;
  #handshakeTimer: ReturnType<Clock['setTimeout']> | undefined;
  #lossCause: CauseCode | undefined;

  constructor(client: Redis, target: Target, redialer: Redialer, gate: GateControl, host: ConnectionHost) {
    const { clock, random, settings } = host;
    this.client = client;
    this.#host = host;
    this.#gate = gate;
    this.#redialer = redialer;
    this.#subscriptions = new Subscriptions(client, host);
    const roundTrip = new RoundTrip(settings.connection.minStallMs, settings.connection.maxStallMs);
    this.wire = new Wire(client, clock, roundTrip, {
      onRead: (now) => this.#onRead(now),
      onWrite: (now) => this.#patrol.noteWrite(now),
      onBlockedChange: (isBlocked) => (isBlocked ? gate.refresh() : gate.unblock()),
      generations: () => host.generations(),
    });
    this.#patrol = new Patrol(this.wire, clock, random, {
      onSilent: () => this.#signal({ kind: 'silent' }),
      onIdle: () => this.#askPing(),
      idleMs: () =>
        this.#subscriptions.isActive
          ? Math.min(1000, settings.connection.idlePingMs)
          : settings.connection.idlePingMs,
    });
    this.#silence = new Silence(target, this.wire, settings, {
      onAway: (cause) => this.#signal({ kind: 'away', cause }),
      onServes: () => this.#signal({ kind: 'answered' }),
      onDead: (replacement) => this.replaceWith(replacement),
      onGone: (cause) => this.drop(cause),
      awayCause: () => (this.#state.kind === 'stalled' ? this.#state.cause : undefined),
    });
    client.on('ready', () => this.#onReady());
    client.on('end', () => this.#onEnd());
    // Without a listener the driver prints every failed attempt to the console.
    client.on('error', ignore);
  }

  get state(): ConnectionState {
    return this.#state.kind;
  }

  get cause(): CauseCode | undefined {
    return 'cause' in this.#state ? this.#state.cause : undefined;
  }

  get isSubscriber(): boolean {
    return this.#subscriptions.isActive;
  }

  nextAttemptMs(): number | undefined {
    return this.#redialer.nextAttemptMs();
  }

  /** The driver asks for a socket. Resolves with one that is proven; rejects only when the client is closed. */
  connect(emit: (event: string, error: Error) => void): Promise<Socket> {
    this.#signal({ kind: 'dial' });
    const standby = this.#standby;
    this.#standby = undefined;
    if (standby !== undefined && !standby.socket.destroyed) return Promise.resolve(this.#handOver(standby));
    return new Promise((resolve, reject) => {
      this.#pending = { reject };
      this.#redialer.start({
        onEstablished: (established) => {
          this.#pending = undefined;
          resolve(this.#handOver(established));
        },
        onFailed: (cause, error) => {
          this.#signal({ kind: 'attempt-failed', cause });
          emit('error', error);
          for (const reject of this.#firstFailures) reject(error);
          this.#firstFailures.clear();
        },
      });
    });
  }

  check(): boolean {
    return true;
  }

  /** The driver wants the connection gone: for good when the user said so, else to have it made anew. */
  disconnect(): void {
    if (this.#pending !== undefined) {
      if (!driver.isClosing(this.client)) {
        this.#redialer.hurry();
        return;
      }
      const { reject } = this.#pending;
      this.#pending = undefined;
      this.#redialer.stop();
      driver.forgetClosing(this.client);
      reject(new Error('Connection is closed.'));
      return;
    }
    const { socket } = this.wire;
    if (socket === undefined || socket.destroyed) return;
    const isGraceful =
      driver.isClosing(this.client) && this.#state.kind === 'ready' && !this.#state.isSuspect;
    if (!isGraceful) {
      socket.destroy();
      return;
    }
    if (driver.unansweredCount(this.client) === 0) {
      socket.destroySoon();
      return;
    }
    const timer = this.#host.clock.setTimeout(() => socket.destroy(), gracefulEndMs);
    socket.once('close', () => this.#host.clock.clearTimeout(timer));
    socket.end();
  }

  /** Rejects at the first attempt that fails from now on; never settles otherwise. */
  firstFailure(): Promise<never> {
    return new Promise((_resolve, reject) => this.#firstFailures.add(reject));
  }

  /** Drops the socket, for this reason, and dials. */
  drop(cause: CauseCode): void {
    if (this.#pending !== undefined) this.#redialer.hurry();
    this.#lossCause = cause;
    this.wire.socket?.destroy();
  }

  /** The server answers that it does not serve: keep the socket, and keep asking. */
  serverAway(cause: CauseCode): void {
    if (this.#state.kind !== 'ready') return;
    this.#signal({ kind: 'away', cause });
    this.#silence.inquireAgain();
  }

  /** Puts a proven second connection in the place of the present one. */
  replaceWith(established: Established): void {
    this.#standby?.socket.destroy();
    this.#standby = established;
    this.#signal({ kind: 'dead' });
  }

  /** Asks the server anything, to see whether this connection still lives. */
  prove(): void {
    if (this.#state.kind === 'ready') this.#askPing();
  }

  #signal(signal: LinkSignal): void {
    const { state, effects } = transition(this.#state, signal, this.#host.clock.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: LinkEffect): void {
    switch (effect) {
      case 'open-gate':
        this.#gate.open();
        return;
      case 'hold-gate':
        this.#gate.hold(this.#holdSince());
        return;
      case 'end-gate':
        this.#gate.end();
        return;
      case 'probe':
        this.#silence.inquire();
        return;
      case 'stop-probe':
        this.#silence.stop();
        return;
      case 'replace-socket':
        this.#silence.stop();
        this.#lossCause = 'stalled';
        this.wire.socket?.destroy();
        return;
      case 'publish':
        this.#host.onStateChange(this);
        return;
      default:
        effect satisfies never;
    }
  }

  #holdSince(): number | undefined {
    const state = this.#state;
    if (state.kind === 'connecting') return state.cause === undefined ? undefined : state.since;
    return 'since' in state ? state.since : undefined;
  }

  /** Takes over a connection that the driver made before it was protected. */
  takeOver(): void {
    const socket = driver.socketOf(this.client);
    if (socket === undefined || driver.statusOf(this.client) === 'wait') return;
    this.#signal({ kind: 'dial' });
    if (driver.statusOf(this.client) === 'ready') this.#onReady();
  }

  #handOver(established: Established): Socket {
    const { socket, proof, credentials } = established;
    if (credentials !== undefined)
      driver.setCredentials(this.client, credentials.username, credentials.password);
    if (proof.resp2) driver.speakResp2(this.client);
    this.#adopt(socket);
    this.#handshakeTimer = this.#host.clock.setTimeout(() => {
      this.#lossCause = 'handshake-timeout';
      socket.destroy();
    }, this.#host.settings.connection.handshakeTimeoutMs);
    this.#host.onProven(this, established);
    return socket;
  }

  #adopt(socket: Socket): void {
    this.wire.adopt(socket);
    this.#lossCause = undefined;
    // Before the driver's own listener: the gate is held when the driver gives up what was in flight.
    socket.prependListener('close', () => this.#onSocketClosed(socket));
    socket.on('error', ignore);
  }

  #onReady(): void {
    this.#clearHandshakeTimer();
    this.#firstFailures.clear();
    const socket = driver.socketOf(this.client);
    if (driver.statusOf(this.client) !== 'ready' || socket === undefined) return;
    if (this.wire.socket !== socket) this.#adopt(socket);
    this.#signal({ kind: 'dial' });
    this.#signal({ kind: 'ready' });
    this.#patrol.start();
    this.#subscriptions.restore();
  }

  #onSocketClosed(socket: Socket): void {
    if (socket !== this.wire.socket) return;
    this.#clearHandshakeTimer();
    this.#patrol.stop();
    this.#subscriptions.remember(this.wire.readAt);
    this.#redialer.lost();
    const ownCause = driver.isClosing(this.client) ? 'closed' : 'connection-reset';
    this.#signal({ kind: 'lost', cause: this.#lossCause ?? ownCause });
  }

  #onEnd(): void {
    this.#clearHandshakeTimer();
    this.#patrol.stop();
    this.#redialer.stop();
    this.#standby?.socket.destroy();
    this.#standby = undefined;
    this.#signal({ kind: 'ended' });
  }

  #onRead(now: number): void {
    const state = this.#state;
    if (state.kind === 'ready' && !state.isSuspect) return;
    if (state.kind === 'stalled' && state.cause !== 'stalled') return;
    if (this.#silence.isEndedBy(now)) this.#signal({ kind: 'answered' });
  }

  #askPing(): void {
    this.client.ping().catch(ignore);
  }

  #clearHandshakeTimer(): void {
    if (this.#handshakeTimer !== undefined) this.#host.clock.clearTimeout(this.#handshakeTimer);
    this.#handshakeTimer = undefined;
  }
}

const gracefulEndMs = 2000;

function ignore(): void {
  // Reported as an event by the resilience; nothing here may throw for want of a listener.
}
