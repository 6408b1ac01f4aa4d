import { isNativeError } from 'node:util/types';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import type { DialAttempt, DialResult } from '../dialing/dial-request.ts';
import { clientsIn } from '../dialing/fleet-size.ts';
import { establish, type EstablishError, type Target, type VerifiedSocket } from '../handshake/establish.ts';
import { hedgedEstablish } from '../handshake/hedging/hedged-establish.ts';
import type { HedgeTurns } from '../handshake/hedging/hedge-turns.ts';
import type { Endpoint } from '../handshake/open-socket.ts';
import type { TlsMismatch } from '../handshake/tls-mismatch.ts';

/** Why a connection attempt failed, or is taking unusually long. */
export interface AttemptTrouble {
  readonly cause: CauseCode;
  readonly error: Error;
}

const none: readonly VerifiedSocket[] = [];

/** Makes the attempts to establish one connection, whenever the dialer asks for one, and keeps the verified sockets. */
export class ConnectionAttempts {
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #tlsMismatch: TlsMismatch | undefined;
  #verified = none;

  /**
   * `tlsMismatch` makes further connections to recognise failures that arise because only one side uses TLS; without
   * `tlsMismatch`, each failure is reported with its original cause.
   */
  constructor(target: Target, clock: Clock, tlsMismatch?: TlsMismatch) {
    this.#target = target;
    this.#clock = clock;
    this.#tlsMismatch = tlsMismatch;
  }

  /**
   * Makes one connection attempt. With `turns`, further handshakes are started in parallel while the server or the
   * sentinels have not answered an earlier one. `onTrouble` is called when the attempt fails, and also while it is
   * running, if the sentinels do not answer, or the server accepts the connection but does not answer.
   */
  async run(
    attempt: DialAttempt,
    turns: HedgeTurns | undefined,
    onTrouble: (trouble: AttemptTrouble) => void,
  ): Promise<DialResult> {
    try {
      const progress = {
        connected: () => attempt.connected(),
        preparing: attempt.preparing.bind(attempt),
        unanswered: (endpoint: Endpoint | undefined) => {
          const isOfSentinels = endpoint === undefined;
          const error = new Error(`The ${isOfSentinels ? 'sentinels do' : 'peer does'} not answer.`);
          const cause = isOfSentinels ? 'sentinel' : 'handshake-timeout';
          void this.#explain(cause, endpoint).then((explained) => onTrouble({ cause: explained, error }));
        },
      };
      const [target, clock, { signal }] = [this.#target, this.#clock, attempt];
      const verified = await (turns === undefined
        ? establish(target, clock, signal, progress)
        : hedgedEstablish(target, clock, signal, progress, { turns }));
      this.#verified = this.#verified.concat(verified);
      this.#tlsMismatch?.connected();
      return {
        ok: true,
        fleetSize: clientsIn(verified.proof.info),
        discard: () => {
          this.#verified = this.#verified.filter((each) => each !== verified);
          verified.socket.destroy();
        },
      };
    } catch (error) {
      const failure = error as EstablishError;
      const beneath = isNativeError(failure.cause) ? failure.cause : failure;
      const cause = await this.#explain(failure.reason, failure.endpoint);
      onTrouble({ cause, error: beneath });
      return { ok: false, cause, error: beneath };
    }
  }

  /** Removes and returns the socket of the attempt that the dialer has reported as successful. */
  take(): VerifiedSocket | undefined {
    const [first, ...others] = this.#verified;
    this.#verified = others.length === 0 ? none : others;
    return first;
  }

  #explain(cause: CauseCode, endpoint: Endpoint | undefined): Promise<CauseCode> {
    return this.#tlsMismatch?.explain(cause, endpoint) ?? Promise.resolve(cause);
  }
}
