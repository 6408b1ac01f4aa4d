import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { EstablishError, type Target, type VerifiedSocket } from '../handshake/establish.ts';
import { hedgedEstablish } from '../handshake/hedged-establish.ts';
import type { Wire } from '../socket/wire.ts';
import { isHeldByServer } from './held-by-server.ts';

/** A finding about a server, made over a second connection because the first one is silent. */
export type SecondAnswer =
  /** The server is working. The caller must keep or destroy the verified socket. */
  | { readonly kind: 'serves'; readonly verified: VerifiedSocket }
  /**
   * The server is not serving commands: it is loading, is busy, or is itself keeping the first connection waiting.
   * `isSilent` means that the server does not answer the second connection either.
   */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** The server could not be reached at all. */
  | { readonly kind: 'unreachable'; readonly cause: CauseCode };

/** Limits on how long an inquiry may take. */
export interface Patience {
  /**
   * Milliseconds after which `onNoAnswer` is called. If connecting is slow, the handshake and the PING may take three
   * times as long as connecting did.
   */
  readonly answerMs: number;
  /** Milliseconds after which the inquiry ends. */
  readonly totalMs: number;
}

/** One round trip for TLS, one for the Redis handshake, and one to spare. */
const handshakeTrips = 3;

/**
 * Opens a second connection to the server of a suspect connection, sends PING, and asks whether the server itself is
 * keeping the suspect waiting. Only one inquiry runs at a time; `stop` ends it without a report.
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
   * Resolves with the finding within about `totalMs`. Never resolves if it is stopped first or if another inquiry is
   * running. `onNoAnswer` is called once if the server takes longer than a working server would; the inquiry then goes
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
    // As when reconnecting, at least one attempt is started per dialing period.
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
    // Neither silence nor a server that is full or rejects the password proves that the first connection is dead.
    case 'handshake-timeout':
    case 'connect-timeout':
      return { kind: 'away', cause: 'stalled', isSilent: true };
    default:
      return { kind: 'away', cause: reason };
  }
}
