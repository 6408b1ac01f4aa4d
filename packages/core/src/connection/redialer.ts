import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { awaitServing } from '../handshake/await-serving.ts';
import type { DialAttempt, Dialer, DialResult, DialTicket } from '../dialing/dialer.ts';
import { establish, EstablishError, type Established, type Target } from '../handshake/establish.ts';
import { TlsMismatch } from '../handshake/tls-mismatch.ts';
import { hedgedEstablish } from '../handshake/hedged-establish.ts';

export interface RedialListener {
  /** Once: a socket that is proven and serves. */
  onEstablished(established: Established): void;
  /** An attempt failed, or the server answered that it does not serve yet. */
  onFailed(cause: CauseCode, error: Error): void;
}

export interface RedialerOptions {
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  priority(): 'command' | 'subscriber' | 'blocking';
  onAttempt(attempt: {
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  }): void;
}

/** From this size on, the clients of a server that does not answer must not ask twice. */
const largeFleet = 500;
const minServingPollMs = 50;
const maxServingPollMs = 2000;

/** Makes one connection anew for as long as it takes, at the pace the endpoint's dialer sets. */
export class Redialer {
  readonly #dialer: Dialer;
  readonly #target: Target;
  readonly #options: RedialerOptions;
  readonly #tlsMismatch: TlsMismatch;
  readonly #attempts = new Set<Promise<unknown>>();
  #ticket: DialTicket | undefined;
  #serving: AbortController | undefined;

  constructor(dialer: Dialer, target: Target, options: RedialerOptions) {
    this.#dialer = dialer;
    this.#target = target;
    this.#options = options;
    this.#tlsMismatch = new TlsMismatch(options.clock);
  }

  start(listener: RedialListener): void {
    this.stop();
    const proven: Established[] = [];
    this.#ticket = this.#dialer.dial({
      priority: this.#options.priority(),
      attempt: (attempt) => this.#attempt(attempt, listener, proven),
      onAttempt: (report) => {
        const established = report.cause === undefined ? proven.shift() : undefined;
        this.#options.onAttempt(report);
        if (established !== undefined) this.#accept(established, listener);
      },
    });
  }

  stop(): void {
    this.#ticket?.cancel();
    this.#ticket = undefined;
    this.#serving?.abort(new Error('The connection is closed.'));
    this.#serving = undefined;
  }

  /** Resolves when no attempt of its has a socket any more. */
  async stopped(): Promise<void> {
    await Promise.allSettled(this.#attempts);
  }

  /** The connection that was made is gone. */
  lost(): void {
    this.#ticket?.lost();
    this.#ticket = undefined;
  }

  hurry(): void {
    this.#ticket?.hurry();
  }

  nextAttemptMs(): number | undefined {
    return this.#ticket?.nextAttemptMs();
  }

  async #attempt(attempt: DialAttempt, listener: RedialListener, proven: Established[]): Promise<DialResult> {
    try {
      const isSmall = (this.#dialer.fleetSize ?? 0) < largeFleet;
      const connect = isSmall ? hedgedEstablish : establish;
      const connecting = connect(this.#target, this.#options.clock, attempt.signal, {
        connected: () => attempt.connected(),
        preparing: (cause) => attempt.preparing(cause),
        unanswered: (endpoint) => {
          const error = new Error('The peer does not answer.');
          void this.#tlsMismatch
            .explain('handshake-timeout', endpoint)
            .then((cause) => listener.onFailed(cause, error));
        },
      });
      const established = await this.#noted(connecting);
      const fleetSize = Number(established.proof.info['connected_clients']);
      proven.push(established);
      return {
        ok: true,
        fleetSize: Number.isFinite(fleetSize) ? fleetSize : undefined,
        discard: () => {
          proven.splice(proven.indexOf(established), 1);
          established.socket.destroy();
        },
      };
    } catch (error) {
      const failure = error instanceof EstablishError ? error : new EstablishError('connection-reset', error);
      const beneath = failure.cause instanceof Error ? failure.cause : failure;
      const cause = await this.#tlsMismatch.explain(failure.reason, failure.endpoint);
      listener.onFailed(cause, beneath);
      return { ok: false, cause, error: beneath };
    }
  }

  #noted(connecting: Promise<Established>): Promise<Established> {
    const noted = connecting.finally(() => this.#attempts.delete(noted));
    this.#attempts.add(noted);
    return noted;
  }

  #accept(established: Established, listener: RedialListener): void {
    const { waiting } = established.proof;
    if (waiting === undefined) {
      listener.onEstablished(established);
      return;
    }
    const serving = new AbortController();
    this.#serving = serving;
    listener.onFailed(waiting, new Error(`The server does not serve yet: ${waiting}.`));
    const { socket } = established;
    const destroy = (): void => {
      socket.on('error', ignore);
      socket.destroy();
    };
    awaitServing(socket, {
      clock: this.#options.clock,
      signal: serving.signal,
      intervalMs: this.#servingPollMs(),
      timeoutMs: this.#options.handshakeTimeoutMs,
      onWaiting: (cause) => listener.onFailed(cause, new Error(`The server does not serve yet: ${cause}.`)),
    }).then(
      () => {
        if (serving.signal.aborted) destroy();
        else listener.onEstablished({ ...established, proof: { ...established.proof, waiting: undefined } });
      },
      (error: unknown) => {
        destroy();
        if (serving.signal.aborted) return;
        this.lost();
        listener.onFailed('connection-reset', error instanceof Error ? error : new Error('lost'));
        this.start(listener);
      },
    );
  }

  // One question per client and interval; the fleet together asks no faster than the server accepts.
  #servingPollMs(): number {
    const fleetMs = (this.#dialer.fleetSize ?? 0) / 5;
    return Math.min(maxServingPollMs, Math.max(minServingPollMs, fleetMs));
  }
}

function ignore(): void {
  // The socket was given up.
}
