import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { afterRunning, runningTime } from '../event-loop/after-running.ts';
import type { Target } from '../handshake/establish.ts';
import type { Identity } from '../handshake/identity.ts';
import type { SpareSocket } from './spare-socket.ts';

/** A finding about a server, made over a second connection because the first one is silent. */
export type SecondAnswer =
  /**
   * The server is working, and has answered on the socket `spare`. The receiver must call `spare.release` once it has
   * decided whether it needs that socket.
   */
  | { readonly kind: 'serves'; readonly spare: SpareSocket }
  /**
   * The server is not serving commands, for example because it is loading, or is itself keeping the first connection
   * waiting. If the server answered on the socket `spare`, the receiver must call `spare.release` when it has asked
   * again, or no longer intends to ask.
   */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly spare?: SpareSocket }
  /** The server does not answer on the second connection either. The question stays open. */
  | { readonly kind: 'unanswered' }
  /** The server could not be reached at all. */
  | { readonly kind: 'unreachable'; readonly cause: CauseCode };

/** A silent connection, about which the server is asked over a second connection. */
export interface SilentConnection {
  /** Where and how to make the second connection. */
  readonly target: Target;
  readonly identity: Identity | undefined;
  /**
   * Milliseconds within which a working server answers on the second connection. After a slow TCP connect, the
   * handshake and the PING may take three times as long as the connect did.
   */
  readonly answerMs: number;
  readonly tell: (answer: SecondAnswer) => void;
}

/** Round trips allowed for the handshake: one for TLS, one for the Redis handshake, and one to spare. */
const handshakeTrips = 3;

/** A question about one silent connection, until it is answered or withdrawn. */
export class SecondQuestion {
  readonly about: SilentConnection;
  /** Whether the server itself keeps the connection waiting; undefined if the server has not been asked yet. */
  isHeld: boolean | undefined;
  readonly #clock: Clock;
  readonly #askedAt: number;
  #stopWaiting: (() => void) | undefined;

  constructor(about: SilentConnection, clock: Clock) {
    this.about = about;
    this.#clock = clock;
    this.#askedAt = runningTime(clock);
    this.#arm(about.answerMs);
  }

  /**
   * Call when the second connection has been established, before its handshake. `tookMs` is how long connecting took.
   */
  connected(tookMs: number): void {
    if (this.#stopWaiting === undefined) return;
    const elapsedMs = runningTime(this.#clock) - this.#askedAt;
    this.#arm(Math.max(this.about.answerMs - elapsedMs, handshakeTrips * tookMs));
  }

  answer(answer: SecondAnswer): void {
    this.close();
    this.about.tell(answer);
  }

  close(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  #arm(delayMs: number): void {
    this.close();
    this.#stopWaiting = afterRunning(this.#clock, delayMs, () => {
      this.#stopWaiting = undefined;
      this.about.tell({ kind: 'unanswered' });
    });
  }
}
