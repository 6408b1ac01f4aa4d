import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { establish, EstablishError, type Established, type Target } from '../handshake/establish.ts';
import { isHeldByServer } from './held-by-server.ts';
import type { Wire } from '../socket/wire.ts';

/** What a second connection found out about a server whose first one is silent. */
export type ProbeVerdict =
  /** The server serves. The socket is proven, and the caller's to keep or destroy. */
  | { readonly kind: 'serves'; readonly established: Established }
  /** The server answers that it does not serve: loading, busy; or that it keeps the first connection waiting itself. */
  | { readonly kind: 'away'; readonly cause: CauseCode }
  /** It could not be reached at all. */
  | { readonly kind: 'unreachable'; readonly cause: CauseCode };

export interface ProbeListener {
  /** No verdict within the patience. The probe goes on. */
  onNoAnswer(): void;
  onVerdict(verdict: ProbeVerdict): void;
}

/**
 * Opens a second connection, asks it PING, and whether the server keeps the first one waiting. One at a time; `stop`
 * ends it without a trace.
 */
export class Probe {
  readonly #target: Target;
  readonly #suspect: Wire;
  readonly #clock: Clock;
  #running: { readonly abort: AbortController; timers: TimerHandle[] } | undefined;

  constructor(target: Target, suspect: Wire, clock: Clock) {
    this.#target = target;
    this.#suspect = suspect;
    this.#clock = clock;
  }

  start(patienceMs: number, timeoutMs: number, listener: ProbeListener): void {
    if (this.#running !== undefined) return;
    const abort = new AbortController();
    const running = { abort, timers: [] as TimerHandle[] };
    this.#running = running;
    running.timers.push(
      this.#clock.setTimeout(() => listener.onNoAnswer(), patienceMs),
      this.#clock.setTimeout(() => abort.abort(new Error('The probe was not answered.')), timeoutMs),
    );
    const finish = (verdict: ProbeVerdict): void => {
      if (this.#running !== running) {
        if (verdict.kind === 'serves') verdict.established.socket.destroy();
        return;
      }
      this.stop();
      listener.onVerdict(verdict);
    };
    this.#inquire(abort.signal).then(finish, (error: unknown) => finish(verdictOf(error)));
  }

  stop(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    for (const timer of running.timers) this.#clock.clearTimeout(timer);
    running.abort.abort(new Error('The probe was stopped.'));
  }

  async #inquire(signal: AbortSignal): Promise<ProbeVerdict> {
    const established = await establish(this.#target, this.#clock, signal);
    const { socket, proof } = established;
    let cause = proof.waiting;
    try {
      if (cause === undefined && (await isHeldByServer(established, this.#suspect.identity, signal)))
        cause = 'stalled';
    } catch (error) {
      socket.destroy();
      throw new EstablishError('handshake-timeout', error);
    }
    if (cause === undefined) return { kind: 'serves', established };
    socket.destroy();
    return { kind: 'away', cause };
  }
}

function verdictOf(error: unknown): ProbeVerdict {
  const reason = error instanceof EstablishError ? error.reason : 'connection-reset';
  switch (reason) {
    case 'connection-refused':
    case 'connection-reset':
    case 'protocol':
      return { kind: 'unreachable', cause: reason };
    default:
      // Silence, a full server, a wrong password: none of them proves that the first connection is dead.
      return {
        kind: 'away',
        cause: reason === 'handshake-timeout' || reason === 'connect-timeout' ? 'stalled' : reason,
      };
  }
}
