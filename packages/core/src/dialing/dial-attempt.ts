import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import type { DialAttempt, DialRequest, DialResult } from './dial-request.ts';
import { afterRunning, runningTime } from '../event-loop/after-running.ts';
import { Cancellation } from '../event-loop/cancellation.ts';

export interface AttemptOptions {
  readonly synDeadlineMs: number;
  readonly handshakeDeadlineMs: number;
  /** Whether this attempt may take longer to connect than other attempts, so that it can reach a distant server. */
  readonly patient: boolean;
  /** Called when the TCP connection is established, `synMs` after the attempt began or its preparation ended. */
  onConnected(synMs: number): void;
  /**
   * Called once, unless the attempt is withdrawn. `overdue`: whether the attempt was ended because it took too long.
   */
  onSettled(result: DialResult, overdue: boolean): void;
}

/**
 * Runs one call of `DialRequest.attempt` under two deadlines, one for the SYN phase and one for the handshake. Reports
 * at most one result: an error thrown by `attempt` counts as a failure, and a connection that is made after the end is
 * closed.
 */
export class RunningAttempt {
  readonly patient: boolean;
  readonly #clock: Clock;
  readonly #options: AttemptOptions;
  readonly #abort = new Cancellation();
  readonly #startedAt: number;
  #synAt: number;
  /** Like `#synAt`, but on a clock that stands still while the process does. */
  #synRunningAt: number;
  #phase: 'preparing' | 'syn' | 'handshake' | 'over' = 'syn';
  #deadline: { readonly dueAt: number; readonly cause: CauseCode } | undefined;
  #stopWaiting: (() => void) | undefined;
  #timerAt = 0;
  #connectedAt: number | undefined;

  constructor(clock: Clock, options: AttemptOptions) {
    this.#clock = clock;
    this.#options = options;
    this.patient = options.patient;
    this.#startedAt = clock.now();
    this.#synAt = this.#startedAt;
    this.#synRunningAt = runningTime(clock);
  }

  get isConnected(): boolean {
    return this.#phase === 'handshake';
  }

  /** Whether the TCP connection was established, even if the attempt has since ended. */
  get wasConnected(): boolean {
    return this.#connectedAt !== undefined;
  }

  get durationMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  get handshakeMs(): number {
    return this.#clock.now() - (this.#connectedAt ?? this.#clock.now());
  }

  /** Share of the SYN deadline that has been used, from 0 to 1; 0 outside the SYN phase. */
  get synShare(): number {
    return this.#phase === 'syn'
      ? (runningTime(this.#clock) - this.#synRunningAt) / this.#options.synDeadlineMs
      : 0;
  }

  start(request: DialRequest): void {
    const { synDeadlineMs, handshakeDeadlineMs } = this.#options;
    this.#await(synDeadlineMs, 'connect-timeout');
    const attempt: DialAttempt = {
      signal: this.#abort,
      synDeadlineMs,
      handshakeDeadlineMs,
      connected: () => this.#connected(),
      preparing: (cause) => this.#preparing(cause),
    };
    let result: Promise<DialResult>;
    try {
      result = request.attempt(attempt);
    } catch (error) {
      result = Promise.reject(error);
    }
    result.then(
      (value) => this.#settle(value, false),
      (error: unknown) => this.#settle({ ok: false, cause: 'connection-reset', error }, false),
    );
  }

  /** Ends the attempt because a deadline has passed, or to make room for another attempt. */
  expire(cause: CauseCode): void {
    if (this.#phase === 'over') return;
    const error = new Error(`The attempt took too long: ${cause}.`);
    error.name = 'TimeoutError';
    this.#end(error);
    this.#options.onSettled({ ok: false, cause, error }, true);
  }

  /** Ends the attempt because it is no longer needed, without calling `onSettled`. */
  withdraw(): void {
    if (this.#phase === 'over') return;
    const error = new Error('The attempt is no longer needed.');
    error.name = 'AbortError';
    this.#end(error);
  }

  #connected(): void {
    if (this.#phase === 'over' || this.#phase === 'handshake') return;
    this.#phase = 'handshake';
    this.#connectedAt = this.#clock.now();
    this.#await(this.#options.handshakeDeadlineMs, 'handshake-timeout');
    this.#options.onConnected(this.#connectedAt - this.#synAt);
  }

  #preparing(cause: CauseCode): () => void {
    if (this.#phase !== 'syn') return ignore;
    this.#phase = 'preparing';
    this.#await(this.#options.handshakeDeadlineMs, cause);
    return () => {
      if (this.#phase !== 'preparing') return;
      this.#phase = 'syn';
      this.#synAt = this.#clock.now();
      this.#synRunningAt = runningTime(this.#clock);
      this.#await(this.#options.synDeadlineMs, 'connect-timeout');
    };
  }

  /** Replaces the deadline of the attempt. */
  #await(deadlineMs: number, cause: CauseCode): void {
    const dueAt = runningTime(this.#clock) + deadlineMs;
    this.#deadline = { dueAt, cause };
    // A later deadline does not replace a running timer: when that timer fires too early, it is set again. Most
    // attempts end before it fires, and so need only one timer.
    if (this.#stopWaiting === undefined || dueAt < this.#timerAt) this.#arm(dueAt, deadlineMs);
  }

  // In a busy process, sockets are read late, and the resolver answers late. Node may even call a timer that was set in
  // the same turn of the event loop, before any socket was read.
  #arm(dueAt: number, delayMs: number): void {
    this.#clear();
    this.#timerAt = dueAt;
    this.#stopWaiting = afterRunning(this.#clock, delayMs, () => this.#onTime(), { isRough: true });
  }

  #onTime(): void {
    const deadline = this.#deadline;
    this.#stopWaiting = undefined;
    if (deadline === undefined) return;
    const leftMs = deadline.dueAt - runningTime(this.#clock);
    if (this.#timerAt < deadline.dueAt && leftMs > 0) this.#arm(deadline.dueAt, leftMs);
    else this.expire(deadline.cause);
  }

  #settle(result: DialResult, overdue: boolean): void {
    if (this.#phase === 'over') {
      if (result.ok) discard(result.discard);
      return;
    }
    this.#end(undefined);
    this.#options.onSettled(result, overdue);
  }

  #end(reason: Error | undefined): void {
    this.#phase = 'over';
    this.#deadline = undefined;
    this.#clear();
    if (reason !== undefined) this.#abort.abort(reason);
  }

  #clear(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }
}

function discard(close: (() => void) | undefined): void {
  try {
    close?.();
  } catch {
    // The connection came too late and is abandoned, so an error while closing it does not matter.
  }
}

function ignore(): void {
  // Preparation that begins after the SYN phase changes no deadline.
}
