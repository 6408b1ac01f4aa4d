import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import type { DialAttempt, DialRequest, DialResult } from './dial-request.ts';

export interface AttemptOptions {
  readonly synDeadlineMs: number;
  readonly handshakeDeadlineMs: number;
  /** This attempt gets more time than the pace would give it. */
  readonly patient: boolean;
  /** The TCP connection stands, `synMs` after the attempt began or its preparation ended. */
  onConnected(synMs: number): void;
  /** Once, unless the attempt is withdrawn. `overdue` when a deadline ended it. */
  onSettled(result: DialResult, overdue: boolean): void;
}

/** A deadline that rings later than this may have been overtaken by an answer that already lies in the socket. */
const lateMs = 20;

/**
 * One call of `DialRequest.attempt`, its deadlines kept: the SYN phase and the handshake have one each, so that a
 * server that is slow to accept is never asked again meanwhile. It settles once; whatever its maker throws is a
 * failure, and a success after the end is discarded.
 */
export class RunningAttempt {
  readonly patient: boolean;
  readonly #clock: Clock;
  readonly #options: AttemptOptions;
  readonly #abort = new AbortController();
  readonly #startedAt: number;
  #synAt: number;
  #phase: 'preparing' | 'syn' | 'handshake' | 'over' = 'syn';
  #timer: TimerHandle | undefined;
  #connectedAt: number | undefined;

  constructor(clock: Clock, options: AttemptOptions) {
    this.#clock = clock;
    this.#options = options;
    this.patient = options.patient;
    this.#startedAt = clock.now();
    this.#synAt = this.#startedAt;
  }

  get isConnected(): boolean {
    return this.#phase === 'handshake';
  }

  /** Whether the connection stood, also when the attempt is over. */
  get wasConnected(): boolean {
    return this.#connectedAt !== undefined;
  }

  get durationMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  get handshakeMs(): number {
    return this.#clock.now() - (this.#connectedAt ?? this.#clock.now());
  }

  /** How far the SYN phase has used up its deadline: 0 to 1, and 0 outside of it. */
  get synShare(): number {
    return this.#phase === 'syn' ? (this.#clock.now() - this.#synAt) / this.#options.synDeadlineMs : 0;
  }

  start(request: DialRequest): void {
    const { synDeadlineMs, handshakeDeadlineMs } = this.#options;
    this.#await(synDeadlineMs, 'connect-timeout');
    const attempt: DialAttempt = {
      signal: this.#abort.signal,
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

  /** A deadline passed, or the time is needed for another attempt. */
  expire(cause: CauseCode): void {
    if (this.#phase === 'over') return;
    const error = new Error(`The attempt took too long: ${cause}.`);
    error.name = 'TimeoutError';
    this.#end(error);
    this.#options.onSettled({ ok: false, cause, error }, true);
  }

  /** Nobody needs it any more. Nothing is told. */
  withdraw(): void {
    if (this.#phase === 'over') return;
    const error = new Error('The attempt is not needed any more.');
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
      this.#await(this.#options.synDeadlineMs, 'connect-timeout');
    };
  }

  #await(deadlineMs: number, cause: CauseCode): void {
    this.#clear();
    const dueAt = this.#clock.now() + deadlineMs;
    const timer = this.#clock.setTimeout(() => {
      const expire = (): void => {
        if (this.#timer === timer) this.expire(cause);
      };
      if (this.#clock.now() - dueAt <= lateMs) expire();
      else this.#clock.setImmediate(() => this.#clock.setImmediate(expire));
    }, deadlineMs);
    this.#timer = timer;
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
    this.#clear();
    if (reason !== undefined) this.#abort.abort(reason);
  }

  #clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function discard(close: (() => void) | undefined): void {
  try {
    close?.();
  } catch {
    // What was made too late is gone either way.
  }
}

function ignore(): void {
  // Preparation after the SYN left changes nothing.
}
