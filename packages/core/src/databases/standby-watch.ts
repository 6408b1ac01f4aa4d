import type { CauseCode } from '../cause.ts';
import type { Clock, Random, TimerHandle } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { EstablishError, type Target, type VerifiedSocket } from '../handshake/establish.ts';
import { hedgedEstablish } from '../handshake/hedged-establish.ts';
import { judgePing } from '../handshake/proof-error.ts';
import type { ServerInfo } from '../handshake/verify-handshake.ts';
import { request } from '../replies/request.ts';

/** What a watch found out about its database. */
export type StandbyNews =
  /** It answered. `info`: the fields of INFO of this connection's handshake. */
  | { readonly kind: 'proven'; readonly info: ServerInfo }
  /** It does not answer, or refuses the login. The watch goes on. */
  | { readonly kind: 'lost'; readonly cause: CauseCode };

export interface StandbyWatchOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly target: Target;
  /** Between two PINGs, and between two attempts, while it is not needed. */
  readonly intervalMs: number;
  /** Longest time for an answer. */
  readonly timeoutMs: number;
  /** Between two attempts while it is needed: what the server can bear from this process. */
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
 * Watches a database that is not in use, over one connection that is ready to be used: its handshake is done, and it is
 * sent PING at a calm, jittered pace. While the database in use is away, it is asked at once, and dialed at the pace of
 * an outage.
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

  /** The database in use is away: this one may be needed within a moment. */
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

  /** The database in use serves. */
  calm(): void {
    this.#isNeeded = false;
  }

  /** Gives its connection away, if that waits for nothing, and stops. */
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
    hedgedEstablish(target, this.#clock, abort.signal, undefined, this.#isNeeded ? periodMs() : undefined)
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
    // What arrives unasked is no answer; a close is noticed only while the socket is read.
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

  // After the process stood still, an answer that already lies in the socket is read first.
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
