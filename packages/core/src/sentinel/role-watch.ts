import type { Clock, TimerHandle } from '../clock.ts';
import { establish, targetWith, type VerifiedSocket, type Target } from '../handshake/establish.ts';
import { KeptReplica } from './kept-replica.ts';
import { isWanted, type RolePace } from './role-pace.ts';

const growth = 1.3;
const steadyMs = 5000;
const maxPauseMs = 1000;

export interface RoleWatchOptions {
  readonly clock: Clock;
  readonly target: Target;
  readonly pace: () => RolePace;
  /**
   * Whether every attempt leads to the same server. A connection to it is then kept as long as it is a replica, and the
   * server is asked again on that connection.
   */
  readonly isOneServer: boolean;
  /** Called when a primary answers at the endpoint; the listener must keep or destroy the verified socket. */
  readonly onPrimary: (verified: VerifiedSocket) => void;
  /** Called when an attempt to connect begins. */
  readonly onDial: () => void;
}

/**
 * Looks for the primary while a replica answers at its endpoint, and leaves the connection that serves reads alone.
 * Makes one attempt at a time. While writes are waiting, there is one attempt per period. Otherwise, attempts become
 * less frequent after 5 seconds, so that a server that stays a replica causes little traffic.
 */
export class RoleWatch {
  readonly #options: RoleWatchOptions;
  readonly #clock: Clock;
  #timer: TimerHandle | undefined;
  #abort: AbortController | undefined;
  #kept: KeptReplica | undefined;
  #startedAt = 0;
  #pauseMs = 0;
  #dialedAt = 0;
  #dueAt = 0;

  constructor(options: RoleWatchOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  get isOn(): boolean {
    return this.#timer !== undefined || this.#abort !== undefined;
  }

  start(): void {
    if (this.isOn) return;
    this.#startedAt = this.#clock.now();
    this.#pauseMs = this.#options.pace().periodMs;
    this.#look();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort?.abort(new Error('The watch was stopped.'));
    this.#abort = undefined;
    this.#kept?.drop();
    this.#kept = undefined;
  }

  nextLookMs(): number | undefined {
    return this.isOn ? this.#options.pace().periodMs : undefined;
  }

  #look(): void {
    this.#timer = undefined;
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
        if (isPrimary(verified)) this.#options.onPrimary(verified);
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

  #onReplica(verified: VerifiedSocket): void {
    if (this.#options.isOneServer) {
      this.#kept = new KeptReplica(verified, () => {
        this.#kept = undefined;
        if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
        this.#lookSoon();
      });
    } else verified.socket.destroy();
    this.#lookLater();
  }

  #lookLater(): void {
    this.#dueAt = this.#clock.now() + this.#nextPauseMs();
    this.#arm();
  }

  // Sentinel makes a replica close its connections at the moment of its promotion.
  #lookSoon(): void {
    this.#dueAt = Math.max(this.#clock.now(), this.#dialedAt + this.#options.pace().periodMs);
    this.#arm();
  }

  // Checks once per period, even during a long pause between attempts, because a write that has begun to wait ends the
  // pause.
  #arm(): void {
    this.#timer = this.#clock.setTimeout(
      () => {
        const now = this.#clock.now();
        if (now >= this.#dueAt || isWanted(this.#options.pace(), now)) this.#look();
        else this.#arm();
      },
      Math.max(0, Math.min(this.#options.pace().periodMs, this.#dueAt - this.#clock.now())),
    );
    this.#timer.unref?.();
  }

  #nextPauseMs(): number {
    const age = this.#clock.now() - this.#startedAt;
    if (age > steadyMs) this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
    return this.#pauseMs;
  }
}

const lookTimeoutMs = 1000;

// A server that does not serve commands yet may not have reported its role, and nothing can be written to it.
function isPrimary({ proof }: VerifiedSocket): boolean {
  return proof.waiting === undefined && proof.info['role'] !== 'slave';
}
