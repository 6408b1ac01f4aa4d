import type { CauseCode } from '../cause.ts';
import type { Clock, Random, TimerHandle } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { EstablishError, type Target, type VerifiedSocket } from '../handshake/establish.ts';
import { hedgedEstablish } from '../handshake/hedging/hedged-establish.ts';
import { judgePing } from '../handshake/proof-error.ts';
import type { ServerInfo } from '../handshake/verify-handshake.ts';
import { request } from '../replies/request.ts';

/** A finding about a standby database. */
export type StandbyNews =
  /** The database answered. `info` holds the INFO fields that were read in the connection's handshake. */
  | { readonly kind: 'proven'; readonly info: ServerInfo }
  /** The database does not answer, or refuses the login. The watch keeps trying. */
  | { readonly kind: 'lost'; readonly cause: CauseCode };

export interface StandbyWatchOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly target: Target;
  /** Interval between PINGs, and between connection attempts, while the database is not needed. */
  readonly intervalMs: number;
  /** Maximum time to wait for a reply. */
  readonly timeoutMs: number;
  /**
   * Returns the interval between attempts while the database is needed, in milliseconds: as short as possible without
   * overloading the server.
   */
  readonly periodMs: () => number;
}

type State =
  | { readonly kind: 'off' }
  | { readonly kind: 'pausing'; readonly timer: TimerHandle }
  | { readonly kind: 'connecting'; readonly abort: AbortController }
  | {
      readonly kind: 'idle';
      readonly verified: VerifiedSocket;
      readonly timer: TimerHandle;
      readonly unlisten: () => void;
    }
  | { readonly kind: 'asking'; readonly verified: VerifiedSocket; readonly abort: AbortController };

const jitterShare = 0.5;

/**
 * Watches a database that is not in use, over one connection whose handshake is complete, so that a client can use the
 * connection at once. PING is sent at long, jittered intervals. When the database in use becomes unavailable, PING is
 * sent to the watched database immediately; while the connection to the watched database is lost, attempts to connect
 * are made at shorter intervals.
 */
export class StandbyWatch {
  readonly #options: StandbyWatchOptions;
  readonly #clock: Clock;
  readonly #tell: (news: StandbyNews) => void;
  #state: State = { kind: 'off' };
  #isNeeded = false;

  constructor(options: StandbyWatchOptions, tell: (news: StandbyNews) => void) {
    this.#options = options;
    this.#clock = options.clock;
    this.#tell = tell;
  }

  start(): void {
    if (this.#state.kind === 'off') this.#connect();
  }

  /** Call when the database in use has become unavailable, so that this database may soon be needed. */
  need(): void {
    this.#isNeeded = true;
    const state = this.#state;
    if (state.kind !== 'idle' && state.kind !== 'pausing') return;
    this.#clock.clearTimeout(state.timer);
    if (state.kind === 'pausing') this.#connect();
    else {
      state.unlisten();
      this.#ask(state.verified);
    }
  }

  /** Call when the database in use is serving. */
  calm(): void {
    this.#isNeeded = false;
  }

  /** Stops the watch. Returns the standby connection if it is established and no reply is due on it. */
  take(): VerifiedSocket | undefined {
    const state = this.#state;
    if (state.kind !== 'idle') {
      this.stop();
      return undefined;
    }
    this.#clock.clearTimeout(state.timer);
    this.#state = { kind: 'off' };
    state.unlisten();
    return state.verified;
  }

  stop(): void {
    const state = this.#state;
    this.#state = { kind: 'off' };
    if (state.kind === 'pausing' || state.kind === 'idle') this.#clock.clearTimeout(state.timer);
    if (state.kind === 'connecting' || state.kind === 'asking')
      state.abort.abort(new Error('The watch was stopped.'));
    if (state.kind === 'idle') state.unlisten();
    if (state.kind === 'idle' || state.kind === 'asking') state.verified.socket.destroy();
  }

  #connect(): void {
    const { target, timeoutMs, periodMs } = this.#options;
    const { abort, done } = this.#deadline(timeoutMs);
    const state = { kind: 'connecting', abort } as const;
    this.#state = state;
    hedgedEstablish(target, this.#clock, abort.signal, undefined, {
      periodMs: this.#isNeeded ? periodMs() : 0,
      isUndialed: this.#isNeeded,
    })
      .finally(done)
      .then(
        (verified) => {
          if (this.#state !== state) verified.socket.destroy();
          else if (verified.proof.waiting === undefined) this.#proven(verified);
          else this.#failed(verified, verified.proof.waiting);
        },
        (error: unknown) => {
          const reason = error instanceof EstablishError ? error.reason : 'connection-reset';
          if (this.#state === state) this.#failed(undefined, reason);
        },
      );
  }

  #ask(verified: VerifiedSocket): void {
    const { abort, done } = this.#deadline(this.#options.timeoutMs);
    const state = { kind: 'asking', verified, abort } as const;
    this.#state = state;
    request(verified.socket, [['PING']], abort.signal)
      .finally(done)
      .then(
        ([pong]) => {
          if (this.#state === state) this.#judge(verified, pong);
        },
        () => {
          if (this.#state !== state) return;
          this.#failed(verified, abort.signal.aborted ? 'stalled' : 'connection-reset');
        },
      );
  }

  #judge(verified: VerifiedSocket, pong: Parameters<typeof judgePing>[0]): void {
    try {
      const waiting = judgePing(pong);
      if (waiting === undefined) this.#proven(verified);
      else this.#failed(verified, waiting);
    } catch {
      this.#failed(verified, 'protocol');
    }
  }

  #proven(verified: VerifiedSocket): void {
    const { socket, proof } = verified;
    const timer = this.#clock.setTimeout(() => {
      unlisten();
      this.#ask(verified);
    }, this.#jittered(this.#options.intervalMs));
    timer.unref?.();
    // Called when the socket closes, and when it receives bytes: no reply is due, so any bytes break the protocol. The
    // socket is read because Node would otherwise not notice that the peer closes it.
    const gone = (): void => {
      this.#clock.clearTimeout(timer);
      unlisten();
      this.#failed(verified, 'connection-reset');
    };
    const unlisten = (): void => {
      socket.pause();
      socket.removeListener('data', gone);
      socket.removeListener('close', gone);
    };
    socket.on('data', gone);
    socket.on('close', gone);
    socket.resume();
    this.#state = { kind: 'idle', verified, timer, unlisten };
    this.#tell({ kind: 'proven', info: proof.info });
  }

  #failed(verified: VerifiedSocket | undefined, cause: CauseCode): void {
    verified?.socket.destroy();
    const { intervalMs, periodMs } = this.#options;
    const pauseMs = this.#isNeeded ? periodMs() : this.#jittered(intervalMs);
    const timer = this.#clock.setTimeout(() => this.#connect(), pauseMs);
    timer.unref?.();
    this.#state = { kind: 'pausing', timer };
    this.#tell({ kind: 'lost', cause });
  }

  // Aborts after `timeoutMs`. If the process itself has stalled, a reply that is already waiting in the socket is read
  // first.
  #deadline(timeoutMs: number): { readonly abort: AbortController; readonly done: () => void } {
    const abort = new AbortController();
    const timer = this.#clock.setTimeout(() => {
      afterReads(this.#clock, () => abort.abort(new Error('No answer in time.')));
    }, timeoutMs);
    timer.unref?.();
    return { abort, done: () => this.#clock.clearTimeout(timer) };
  }

  #jittered(ms: number): number {
    return ms * (1 - jitterShare / 2 + jitterShare * this.#options.random());
  }
}
