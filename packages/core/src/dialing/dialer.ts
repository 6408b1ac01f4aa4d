import { RunningAttempt } from './dial-attempt.ts';
import { DialQueue } from './dial-queue.ts';
import type { DialFailure, DialRequest, DialResult, DialTicket } from './dial-request.ts';
import { dialTransition, earlyMs, nextDueAt, overlapOf, paceOf } from './schedule/dial-transition.ts';
import type { DialEffect, DialMoment, DialSignal } from './schedule/dial-signal.ts';
import { DialSpeed } from './dial-speed.ts';
import { DialTimer } from './dial-timer.ts';
import { idleDialState, type DialState } from './schedule/dial-state.ts';
import { DialerTicket } from './dial-ticket.ts';
import { HedgeTurns } from '../handshake/hedging/hedge-turns.ts';
import { HeldTicket } from './held-ticket.ts';
import type { DialerOptions } from './dialer-options.ts';
import { FleetSize } from './fleet-size.ts';
import { LeasePace } from './lease-pace.ts';
import { LookTurns } from './look-turns.ts';
import { RunningAttempts } from './running-attempts.ts';
import { runSoon } from '../event-loop/soon.ts';

export type * from './dial-request.ts';
export type * from './dialer-options.ts';

/** Number of attempts that may begin in one turn of the event loop. */
const mostPerTurn = 24;

/**
 * Makes all connections of this process to one endpoint, first ones and replacements, with paced dialing. At first,
 * attempts are made for one request only, the leader, at a pace that depends on the number of the server's clients; at
 * most two attempts overlap. Once the leader is connected, the other requests follow, as fast as the server can accept
 * connections. While no request is waiting, no timer runs.
 */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #fleet = new FleetSize();
  readonly speed = new DialSpeed();
  readonly leasePace = new LeasePace();
  readonly lookTurns = new LookTurns();
  readonly hedgeTurns = new HedgeTurns();
  readonly #running = new RunningAttempts();
  readonly #waiting = new DialQueue();
  #state: DialState = idleDialState;
  #alive = 0;
  /** Number of connections that broke and have not been requested again yet. */
  #away = 0;
  #hasConnected = false;
  #failure: DialFailure | undefined;
  readonly #timer: DialTimer;
  readonly #ended = (ticket: DialerTicket, broke: boolean): void => this.#end(ticket, broke);

  constructor(options: DialerOptions) {
    this.#options = options;
    this.#timer = new DialTimer(options.clock, () => this.#tick());
  }

  /** Number of connections that are up. */
  get alive(): number {
    return this.#alive;
  }

  /** Estimated number of the server's clients; `undefined` until a connection has read it. */
  get fleetSize(): number | undefined {
    return this.#fleet.size;
  }

  /** The current time between attempts of this process. */
  get periodMs(): number {
    return paceOf(this.#state, this.#moment()).periodMs;
  }

  /** Records `connected_clients` of a connection that has been up for a while, so that the estimate can also fall. */
  observeFleet(connectedClients: number): void {
    this.#fleet.readInCalm(connectedClients);
  }

  /**
   * Makes paced attempts until one succeeds or the ticket is cancelled. No attempt begins before this method has
   * returned.
   */
  dial(request: DialRequest): DialTicket {
    const ticket = new DialerTicket(request);
    const isFirst = this.#waiting.length === 0;
    this.#waiting.add(ticket);
    this.#away = Math.max(0, this.#away - 1);
    if (isFirst || this.#state.kind !== 'paced') this.#advance({ kind: 'wanted' });
    // Other connections are up, so the endpoint works, and this request need not wait behind requests that keep
    // failing.
    else if (this.#alive > 0 && this.#waiting.hasFewestSetbacks(ticket)) this.#advance({ kind: 'hinted' });
    this.#arm();
    // Uses a microtask instead of a timer, so that a new client also connects in tests that run no timers.
    if (isFirst && this.#state.origin === 'fresh') runSoon(() => this.#waiting.length > 0 && this.#tick());
    return new HeldTicket(ticket, this, this.#ended);
  }

  /** Requests an early attempt, for example after a failover; there is at most one extra attempt per period. */
  hurry(): void {
    this.#advance({ kind: 'hinted' });
    this.#arm();
  }

  /** Returns why the last attempt failed; `undefined` if it did not fail, or if the next attempt is already due. */
  refusal(): DialFailure | undefined {
    return (nextDueAt(this.#state) ?? -Infinity) <= this.#options.clock.now() ? undefined : this.#failure;
  }

  /** Why the last attempt failed; `undefined` after a success. */
  get failure(): DialFailure | undefined {
    return this.#failure;
  }

  /** Milliseconds until the next attempt; `undefined` if no request is waiting. */
  nextAttemptMs(): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    const now = this.#options.clock.now();
    const dueAt = this.#scheduledAt() ?? now;
    if (dueAt >= now) return dueAt - now;
    return this.#running.isHandshaking ? this.periodMs : 0;
  }

  #tick(): void {
    this.#timer.clear();
    for (let begun = 0; begun < mostPerTurn && this.#tryNext(); begun++);
    this.#arm();
  }

  /** Begins an attempt if one is due and there is room for it. Returns whether it has begun. */
  #tryNext(): boolean {
    if ((this.#scheduledAt() ?? Infinity) > this.#options.clock.now() + earlyMs) return false;
    const most = overlapOf(this.#state, this.speed.connectMs, this.#moment());
    const hasRoom = this.#running.makeRoom(most, this.#state.kind === 'chained');
    const ticket = this.#next;
    const effect = this.#advance({ kind: 'ticked', room: hasRoom && ticket !== undefined });
    if (effect !== 'attempt' || ticket === undefined) return false;
    this.#attempt(ticket);
    return true;
  }

  #attempt(ticket: DialerTicket): void {
    const { clock, handshakeTimeoutMs } = this.#options;
    const attempt = new RunningAttempt(clock, {
      ...this.speed.deadlineOf(ticket.request, this.periodMs, this.#running.isPatient),
      handshakeDeadlineMs: handshakeTimeoutMs,
      onConnected: (synMs) => {
        this.speed.connected(synMs);
        this.#arm();
      },
      onSettled: (result, isOverdue) => this.#settled(attempt, ticket, result, isOverdue),
    });
    this.#running.add(attempt, ticket);
    this.leasePace.attempted(clock.now());
    attempt.start(ticket.request);
  }

  #settled(attempt: RunningAttempt, ticket: DialerTicket, result: DialResult, isOverdue: boolean): void {
    this.#running.remove(attempt);
    if (result.ok) this.#succeeded(attempt, ticket, result.fleetSize);
    else this.#failed(attempt, ticket, result, isOverdue);
    ticket.report({
      durationMs: attempt.durationMs,
      cause: result.ok ? undefined : result.cause,
      error: result.ok ? undefined : result.error,
      nextAttemptMs: this.nextAttemptMs(),
    });
    if (!result.ok) for (const other of this.#waiting.others(ticket)) other.otherFailed(result);
    this.#arm();
  }

  #succeeded(attempt: RunningAttempt, ticket: DialerTicket, fleetSize: number | undefined): void {
    for (const other of this.#running.of(ticket)) this.#running.withdraw(other);
    this.#waiting.remove(ticket);
    ticket.connected(this.#options.clock.now());
    this.#alive++;
    this.#hasConnected = true;
    this.#failure = undefined;
    if (this.#waiting.length === 0) this.#away = 0;
    if (fleetSize !== undefined) this.#fleet.readAtConnect(fleetSize);
    const overload = this.speed.handshakeDone(attempt.handshakeMs);
    this.#advance({ kind: 'succeeded', overload, waiting: this.#waiting.length });
  }

  #failed(attempt: RunningAttempt, ticket: DialerTicket, result: DialFailure, isOverdue: boolean): void {
    this.#failure = result;
    this.leasePace.trouble(this.#options.clock.now());
    if (attempt.wasConnected || result.cause === 'credentials') {
      // The fault may lie with this request, not with the endpoint, so the next request becomes the leader.
      ticket.setbacks++;
      this.#waiting.remove(ticket);
      this.#waiting.add(ticket);
    } else {
      this.speed.missed(isOverdue, attempt.patient);
    }
    const overload = result.overload ?? ['loading', 'max-clients'].includes(result.cause);
    this.#advance({ kind: 'failed', overload, handshake: attempt.wasConnected });
  }

  #end(ticket: DialerTicket, broke: boolean): void {
    if (ticket.end() === 'alive') {
      this.#alive--;
      if (broke) {
        const now = this.#options.clock.now();
        this.#away++;
        this.leasePace.trouble(now);
        this.#advance({ kind: 'lost', livedMs: now - ticket.readyAt, alive: this.#alive });
      }
    } else {
      this.#waiting.remove(ticket);
      for (const attempt of this.#running.of(ticket)) {
        const handshake = attempt.isConnected && ticket.request.priority !== 'leased';
        this.#running.withdraw(attempt);
        this.#advance({ kind: 'withdrawn', handshake });
      }
    }
    this.#arm();
  }

  #advance(signal: DialSignal): DialEffect {
    const [next, effect] = dialTransition(this.#state, signal, this.#moment());
    this.#state = next;
    return effect;
  }

  #moment(): DialMoment {
    return {
      at: this.#options.clock.now(),
      alive: this.#alive,
      fleetSize: this.fleetSize,
      everConnected: this.#hasConnected,
      own: this.#alive + this.#waiting.length + this.#away,
      interactive: this.#waiting.isInteractive,
      limits: this.#options,
      random: this.#options.random,
    };
  }

  /** Returns the time of the next attempt; undefined if it depends on the result of a running attempt. */
  #scheduledAt(): number | undefined {
    const dueAt = nextDueAt(this.#state);
    if (dueAt === undefined || !this.#waiting.hasLeased || this.#next?.canWait !== true) return dueAt;
    return this.leasePace.spread(dueAt, this.#options.clock.now(), this.#alive + this.#waiting.length);
  }

  get #next(): DialerTicket | undefined {
    const isChained = this.#state.kind === 'chained';
    return isChained ? this.#waiting.firstBut(this.#running.tickets()) : this.#waiting.leader;
  }

  #arm(): void {
    const isPaused = this.#state.kind === 'paced' && this.#running.isHandshaking;
    const dueAt = isPaused || this.#waiting.length === 0 ? undefined : this.#scheduledAt();
    this.#timer.set(dueAt, this.#running.isConnecting);
  }
}
