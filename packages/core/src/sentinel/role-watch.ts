import type { Clock, TimerHandle } from '../clock.ts';
import type { Looker, LookTurns } from '../dialing/look-turns.ts';
import { establish, targetWith, type VerifiedSocket, type Target } from '../handshake/establish.ts';
import { KeptReplica } from './kept-replica.ts';
import { isWanted, type RolePace } from './role-pace.ts';

const steadyMs = 5000;
/**
 * After the first `steadyMs` of a watch, the pause between its attempts grows with time: the pause is this share of the
 * time since then, but at least one period and at most `maxPauseMs`.
 */
const pausedShare = 0.25;
const maxPauseMs = 1000;

export interface RoleWatchOptions {
  readonly clock: Clock;
  readonly target: Target;
  readonly pace: () => RolePace;
  /**
   * Whether every attempt leads to the same server. If so, the connection to a server that is still a replica is kept,
   * and the server is asked for its role again over that connection.
   */
  readonly isOneServer: boolean;
  /** Decides which of the clients that look for this primary makes the next attempt. */
  readonly turns: LookTurns;
  /**
   * Returns when this client may connect to a primary that another client has found. Called only if no caller is
   * waiting.
   */
  readonly followsAt: (now: number) => number;
  /** Called when a primary answers at the endpoint; the listener must keep or destroy the verified socket. */
  readonly onPrimary: (verified: VerifiedSocket) => void;
  /** Called when an attempt to connect begins. */
  readonly onDial: () => void;
}

/**
 * Looks for the primary while a replica answers at the primary's endpoint. The client keeps its connection to the
 * replica, which serves reads. The clients of an endpoint take turns, so that there is only one attempt at a time.
 * While writes are waiting, there is one attempt per period. While no write is waiting, attempts become less frequent
 * after 5 seconds, so that a server that stays a replica causes little traffic.
 */
export class RoleWatch {
  readonly #options: RoleWatchOptions;
  readonly #clock: Clock;
  #timer: TimerHandle | undefined;
  #abort: AbortController | undefined;
  #kept: KeptReplica | undefined;
  #startedAt = 0;
  #dialedAt = 0;
  #dueAt = 0;
  readonly #looker: Looker = {
    isWanted: () => isWanted(this.#options.pace(), this.#clock.now()),
    takeTurn: (dueAt) => this.#takeTurn(dueAt),
    follow: () => this.#follow(),
  };

  constructor(options: RoleWatchOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  get isOn(): boolean {
    return this.#options.turns.has(this.#looker);
  }

  start(): void {
    if (this.isOn) return;
    this.#startedAt = this.#clock.now();
    this.#options.turns.join(this.#looker);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort?.abort(new Error('The watch was stopped.'));
    this.#abort = undefined;
    this.#kept?.drop();
    this.#kept = undefined;
    this.#options.turns.leave(this.#looker);
  }

  nextLookMs(): number | undefined {
    return this.isOn ? this.#options.pace().periodMs : undefined;
  }

  #takeTurn(dueAt: number): void {
    this.#dueAt = dueAt;
    if (this.#clock.now() >= dueAt) this.#look();
    else this.#arm();
  }

  #follow(): void {
    const now = this.#clock.now();
    const followsAt = this.#options.turns.isWanted ? now : this.#options.followsAt(now);
    if (followsAt <= now) this.#look();
    else this.#setTimer(followsAt - now, () => this.#follow());
  }

  #look(): void {
    this.#timer = undefined;
    this.#options.turns.looks(this.#clock.now() + this.#options.pace().periodMs);
    const abort = new AbortController();
    this.#abort = abort;
    const deadline = this.#clock.setTimeout(
      () => abort.abort(new Error('No answer in time.')),
      lookTimeoutMs,
    );
    const kept = this.#kept;
    this.#kept = undefined;
    (kept?.ask(abort.signal) ?? this.#dial(abort.signal)).then(
      (verified) => {
        this.#clock.clearTimeout(deadline);
        if (this.#abort !== abort) {
          verified.socket.destroy();
          return;
        }
        this.#abort = undefined;
        if (isPrimary(verified)) this.#onPrimary(verified);
        else this.#onReplica(verified);
      },
      () => {
        this.#clock.clearTimeout(deadline);
        if (this.#abort !== abort) return;
        this.#abort = undefined;
        if (kept === undefined) this.#lookLater();
        else this.#lookSoon();
      },
    );
  }

  #dial(signal: AbortSignal): Promise<VerifiedSocket> {
    this.#dialedAt = this.#clock.now();
    this.#options.onDial();
    return establish(targetWith(this.#options.target, { requiresPrimary: false }), this.#clock, signal);
  }

  #onPrimary(verified: VerifiedSocket): void {
    this.#options.turns.found(this.#looker);
    this.#options.onPrimary(verified);
  }

  #onReplica(verified: VerifiedSocket): void {
    if (this.#options.isOneServer) {
      this.#kept = new KeptReplica(verified, () => {
        this.#kept = undefined;
        if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#lookSoon();
      });
    } else verified.socket.destroy();
    this.#lookLater();
  }

  #lookLater(): void {
    this.#options.turns.missed(this.#looker, this.#clock.now() + this.#pauseMs());
  }

  // Looks for the primary again soon, because the connection to the replica was lost: when Sentinel promotes a replica,
  // the replica closes its connections.
  #lookSoon(): void {
    const dueAt = Math.max(this.#clock.now(), this.#dialedAt + this.#options.pace().periodMs);
    this.#options.turns.missed(this.#looker, dueAt);
  }

  // The timer fires once per period, even during a long pause between attempts, because a write that begins to wait
  // ends the pause.
  #arm(): void {
    const { pace, turns } = this.#options;
    this.#setTimer(Math.min(pace().periodMs, this.#dueAt - this.#clock.now()), () => {
      if (turns.isWanted || this.#clock.now() >= this.#dueAt) this.#look();
      else this.#arm();
    });
  }

  #setTimer(ms: number, onTime: () => void): void {
    this.#timer = this.#clock.setTimeout(onTime, Math.max(0, ms));
    this.#timer.unref?.();
  }

  #pauseMs(): number {
    const age = this.#clock.now() - this.#startedAt;
    return Math.max(this.#options.pace().periodMs, Math.min(maxPauseMs, pausedShare * (age - steadyMs)));
  }
}

const lookTimeoutMs = 1000;

// A server that does not serve commands yet is not counted as a primary: it may not have reported its role, and nothing
// can be written to it.
function isPrimary({ proof }: VerifiedSocket): boolean {
  return proof.waiting === undefined && proof.info['role'] !== 'slave';
}
