import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { EstablishError, type Target, type VerifiedSocket } from '../handshake/establish.ts';
import { hedgedEstablish } from '../handshake/hedged-establish.ts';
import type { Wire } from '../socket/wire.ts';
import { isHeldByServer } from './held-by-server.ts';

/** What a second connection found out about a server whose first connection is silent. */
export type SecondAnswer =
  /** The server serves. The caller keeps or destroys the verified socket. */
  | { readonly kind: 'serves'; readonly verified: VerifiedSocket }
  /**
   * The server answers that it does not serve: it loads, is busy, or keeps the first connection waiting itself.
   * `isSilent`: it answers this connection no more than the first one.
   */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** It could not be reached at all. */
  | { readonly kind: 'unreachable'; readonly cause: CauseCode };

/** How long an answer may take. */
export interface Patience {
  /** From the question on. A server that takes long to connect to is given three times that for the rest. */
  readonly answerMs: number;
  /** From the question on: it ends. */
  readonly totalMs: number;
}

/** TLS, the handshake, and one to spare. */
const handshakeTrips = 3;

/**
 * Opens a second connection to the server of a suspect one, sends PING, and asks whether the server itself keeps the
 * first one waiting. One inquiry at a time; `stop` ends it, and nothing is reported.
 */
export class SecondConnection {
  readonly #target: Target;
  readonly #suspect: Wire;
  readonly #clock: Clock;
  readonly #periodMs: () => number;
  #running: { readonly abort: AbortController; timers: readonly TimerHandle[] } | undefined;

  constructor(target: Target, suspect: Wire, clock: Clock, periodMs: () => number) {
    this.#target = target;
    this.#suspect = suspect;
    this.#clock = clock;
    this.#periodMs = periodMs;
  }

  /**
   * Resolves within `totalMs` with what was found out; never, when it is stopped first or another inquiry is running.
   * `onNoAnswer` is called once if there is no answer for longer than a server that serves would need; the inquiry goes
   * on.
   */
  ask({ answerMs, totalMs }: Patience, onNoAnswer: () => void): Promise<SecondAnswer> {
    return new Promise((resolve) => {
      if (this.#running !== undefined) return;
      const clock = this.#clock;
      const abort = new AbortController();
      const askedAt = clock.now();
      const end = (): void => abort.abort(new Error('No answer in time.'));
      const timers = [clock.setTimeout(onNoAnswer, answerMs), clock.setTimeout(end, totalMs)];
      const running = { abort, timers };
      this.#running = running;
      const onConnected = (): void => {
        if (this.#running !== running) return;
        for (const timer of running.timers) clock.clearTimeout(timer);
        const tookMs = clock.now() - askedAt;
        const delayMs = Math.max(answerMs - tookMs, handshakeTrips * tookMs);
        const endMs = Math.max(totalMs - tookMs, 2 * handshakeTrips * tookMs);
        running.timers = [clock.setTimeout(onNoAnswer, delayMs), clock.setTimeout(end, endMs)];
      };
      const finish = (answer: SecondAnswer): void => {
        if (this.#running === running) {
          this.stop();
          resolve(answer);
        } else if (answer.kind === 'serves') answer.verified.socket.destroy();
      };
      this.#inquire(abort.signal, onConnected).then(finish, ({ reason }: EstablishError) =>
        finish(answerOf(reason)),
      );
    });
  }

  stop(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    for (const timer of running.timers) this.#clock.clearTimeout(timer);
    running.abort.abort(new Error('The inquiry was stopped.'));
  }

  async #inquire(signal: AbortSignal, connected: () => void): Promise<SecondAnswer> {
    const progress = { connected, preparing: () => () => undefined };
    // At least one attempt per dialing period, as while reconnecting.
    const verified = await hedgedEstablish(this.#target, this.#clock, signal, progress, this.#periodMs());
    const { socket, proof } = verified;
    let cause = proof.waiting;
    try {
      if (cause === undefined && (await isHeldByServer(verified, this.#suspect.identity, signal)))
        cause = 'stalled';
    } catch (error) {
      socket.destroy();
      throw new EstablishError('handshake-timeout', error);
    }
    if (cause === undefined) return { kind: 'serves', verified };
    socket.destroy();
    return { kind: 'away', cause };
  }
}

function answerOf(reason: CauseCode): SecondAnswer {
  switch (reason) {
    case 'connection-refused':
    case 'connection-reset':
    case 'protocol':
      return { kind: 'unreachable', cause: reason };
    // Silence, a full server, a wrong password: none of them proves that the first connection is dead.
    case 'handshake-timeout':
    case 'connect-timeout':
      return { kind: 'away', cause: 'stalled', isSilent: true };
    default:
      return { kind: 'away', cause: reason };
  }
}
