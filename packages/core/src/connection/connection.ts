import type { Redis } from 'ioredis';
import type { CauseCode } from '../cause.ts';
import type { Clock, Random } from '../clock.ts';
import type { Flush } from '../socket/flush.ts';
import * as driver from '../ioredis/client.ts';
import type { Settings } from '../settings.ts';
import type { ConnectionState } from '../snapshot.ts';
import { BlockingCheck } from '../stall/blocking-check.ts';
import { Connector } from './connector.ts';
import type { Established, Target } from '../handshake/establish.ts';
import type { LinkEffect, LinkSignal, LinkState } from './link-state.ts';
import { Patrol } from '../stall/patrol.ts';
import type { Redialer } from './redialer.ts';
import { RoundTrip } from '../socket/round-trip.ts';
import { Silence } from '../stall/silence.ts';
import { Subscriptions } from './subscriptions.ts';
import { transition } from './transition.ts';
import { Wire } from '../socket/wire.ts';

/** What a connection does to the gate before it. */
export interface GateControl {
  /** The client is connected again after it was closed. */
  reopen(): void;
  serve(): void;
  hold(since: number | undefined): void;
  end(): void;
  refresh(): void;
}

/** What a connection reports to the resilience it belongs to. */
export interface ConnectionHost {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  newFlush(now: number): Flush;
  ask(command: string, args: readonly string[]): Promise<unknown>;
  onStateChange(): void;
  onProven(established: Established): void;
  onGap(gapMs: number, channels: number): void;
  onResubscribeFailed(channels: number, code: string): void;
}

/** A subscriber has nothing else to notice its death by. */
const subscriberIdleMs = 1000;
const peaceMs = 100;
const lookMs = 2;

/** One connection of one ioredis instance: it runs the state machine of `transition.ts`, and performs its effects. */
export class Connection {
  readonly client: Redis;
  readonly wire: Wire;
  readonly connector: Connector;
  readonly subscriptions: Subscriptions;
  readonly #host: ConnectionHost;
  readonly #gate: GateControl;
  readonly #redialer: Redialer;
  readonly #silence: Silence;
  readonly #blockingCheck: BlockingCheck;
  readonly #patrol: Patrol;
  #state: LinkState = { kind: 'idle' };

  constructor(client: Redis, target: Target, redialer: Redialer, gate: GateControl, host: ConnectionHost) {
    const { clock, random, settings } = host;
    const { minStallMs, maxStallMs, idlePingMs, handshakeTimeoutMs } = settings.connection;
    this.client = client;
    this.#host = host;
    this.#gate = gate;
    this.#redialer = redialer;
    this.subscriptions = new Subscriptions(client, host);
    this.wire = new Wire(client, clock, new RoundTrip(minStallMs, maxStallMs), {
      onRead: (now, isAlive) => isAlive && this.#onAlive(now),
      onWrite: (now) => this.#patrol.noteWrite(now),
      onBlockedChange: () => gate.refresh(),
      newFlush: (now) => host.newFlush(now),
    });
    this.connector = new Connector(
      client,
      this.wire,
      redialer,
      { clock, handshakeTimeoutMs },
      {
        onDial: () => this.#signal({ kind: 'dial' }),
        onAttemptFailed: (cause) => this.#signal({ kind: 'attempt-failed', cause }),
        onProven: (established) => host.onProven(established),
        onClosed: (cause) => this.#onClosed(cause),
        isServing: () => this.#state.kind === 'ready' && !this.#state.isSuspect,
      },
    );
    this.#patrol = new Patrol(this.wire, clock, random, {
      onSilent: () => this.#signal({ kind: 'silent' }),
      onIdle: () => this.prove(),
      onBlocked: () => void this.#blockingCheck.run(),
      idleMs: () => (this.isSubscriber ? Math.min(subscriberIdleMs, idlePingMs) : idlePingMs),
    });
    this.#blockingCheck = new BlockingCheck(client, this.wire, target, clock, {
      onDead: (replacement) => this.replaceWith(replacement),
    });
    this.#silence = new Silence(target, this.wire, settings, {
      onAway: (cause) => this.#signal({ kind: 'away', cause }),
      onServes: () => this.#signal({ kind: 'answered' }),
      onDead: (replacement) => this.replaceWith(replacement),
      onGone: (cause) => this.drop(cause),
      awayCause: () => (this.#state.kind === 'stalled' ? this.#state.cause : undefined),
    });
    client.on('connect', () => this.wire.readFirst());
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
    return this.subscriptions.isActive;
  }

  nextAttemptMs(): number | undefined {
    return this.#redialer.nextAttemptMs();
  }

  /** Takes over a connection that the driver made, or began to make, before it was protected. */
  takeOver(): void {
    if (driver.socketOf(this.client) === undefined || driver.statusOf(this.client) === 'wait') return;
    this.#signal({ kind: 'dial' });
    if (driver.statusOf(this.client) === 'ready') this.#onReady();
  }

  /** Drops the socket, for this reason, and dials. */
  drop(cause: CauseCode): void {
    this.connector.drop(cause);
  }

  /** The server answers that it does not serve: keep the socket, and keep asking. */
  serverAway(cause: CauseCode): void {
    if (this.#state.kind !== 'ready') return;
    this.#signal({ kind: 'away', cause });
    this.#silence.inquireAgain();
  }

  /** Puts a proven second connection in the place of the present one. */
  replaceWith(established: Established): void {
    this.connector.standBy(established);
    this.#signal({ kind: 'dead' });
  }

  /** As {@link replaceWith}, once the present one has answered what it was sent, or had a moment for it. */
  replaceInPeace(established: Established): void {
    const { clock } = this.#host;
    const endsAt = clock.now() + peaceMs;
    this.#gate.hold(clock.now());
    const look = (): void => {
      const isDone = driver.unansweredCount(this.client) === 0 || clock.now() >= endsAt;
      if (isDone || this.#state.kind !== 'ready') this.replaceWith(established);
      else clock.setTimeout(look, lookMs);
    };
    look();
  }

  /** Asks the server anything, to see whether this connection still lives. */
  prove(): void {
    if (this.#state.kind === 'ready') this.client.ping().catch(ignore);
  }

  #signal(signal: LinkSignal): void {
    const { state, effects } = transition(this.#state, signal, this.#host.clock.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: LinkEffect): void {
    switch (effect) {
      case 'open-gate':
        this.#gate.serve();
        return;
      case 'hold-gate':
        if (this.#state.kind === 'connecting') this.#gate.reopen();
        this.#gate.hold(this.#awaySince());
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
        this.connector.drop('stalled');
        return;
      case 'publish':
        this.#host.onStateChange();
        return;
      default:
        effect satisfies never;
    }
  }

  // Undefined while the first connection is being made and nothing failed yet: that is no outage.
  #awaySince(): number | undefined {
    const state = this.#state;
    if (state.kind === 'connecting' && state.cause === undefined) return undefined;
    return 'since' in state ? state.since : undefined;
  }

  #onReady(): void {
    this.connector.ready();
    this.wire.readFirst();
    if (driver.statusOf(this.client) !== 'ready' || this.wire.socket === undefined) return;
    this.#signal({ kind: 'dial' });
    this.subscriptions.restore();
    this.#signal({ kind: 'ready' });
    this.#patrol.start();
  }

  #onClosed(cause: CauseCode): void {
    this.#patrol.stop();
    this.subscriptions.remember(this.wire.readAt);
    this.#signal({ kind: 'lost', cause });
  }

  #onEnd(): void {
    this.#patrol.stop();
    this.subscriptions.forget();
    this.connector.stop();
    this.#signal({ kind: 'ended' });
  }

  #onAlive(now: number): void {
    const state = this.#state;
    if (state.kind === 'ready' && !state.isSuspect) return;
    if (state.kind === 'stalled' && state.cause !== 'stalled') return;
    if (this.#silence.isEndedBy(now)) this.#signal({ kind: 'answered' });
  }
}

function ignore(): void {
  // Reported as an event by the resilience; nothing here may throw for want of a listener.
}
