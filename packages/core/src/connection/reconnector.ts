import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import type { DialPriority, DialReport, DialTicket } from '../dialing/dial-request.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { awaitServing } from '../handshake/await-serving.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import { ProofError } from '../handshake/proof-error.ts';
import { causeOfSocketError } from '../handshake/socket-cause.ts';
import { TlsMismatch } from '../handshake/tls-mismatch.ts';
import { ConnectionAttempts } from './connection-attempts.ts';
import type { SocketSource, SourceEvent } from './socket-source.ts';

export interface ReconnectorOptions {
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  readonly onReport: (report: DialReport) => void;
}

/** From this fleet size on, no second handshake is begun beside an unanswered one, to spare the server. */
const largeFleet = 500;
const minServingPollMs = 50;
const maxServingPollMs = 2000;

/** Makes one connection, however long it takes, at the pace of the endpoint's dialer. */
export class Reconnector implements SocketSource {
  readonly #dialer: Dialer;
  readonly #options: ReconnectorOptions;
  readonly #attempts: ConnectionAttempts;
  #ticket: DialTicket | undefined;
  #serving: AbortController | undefined;

  constructor(dialer: Dialer, target: Target, options: ReconnectorOptions) {
    this.#dialer = dialer;
    this.#options = options;
    this.#attempts = new ConnectionAttempts(
      target,
      options.clock,
      new TlsMismatch(target.open, options.clock),
    );
  }

  start(priority: DialPriority, tell: (event: SourceEvent) => void): void {
    this.stop();
    this.#ticket = this.#dialer.dial({
      priority,
      attempt: (attempt) => {
        const isHedged = (this.#dialer.fleetSize ?? 0) < largeFleet;
        return this.#attempts.run(attempt, isHedged, (trouble) => tell({ kind: 'failed', ...trouble }));
      },
      onAttempt: (report) => {
        const verified = report.cause === undefined ? this.#attempts.take() : undefined;
        this.#options.onReport(report);
        if (verified !== undefined) this.#accept(verified, priority, tell);
      },
    });
  }

  stop(): void {
    this.#ticket?.cancel();
    this.#ticket = undefined;
    this.#serving?.abort(new Error('The connection is closed.'));
    this.#serving = undefined;
  }

  lost(): void {
    this.#ticket?.lost();
    this.#ticket = undefined;
  }

  hurry(): void {
    this.#ticket?.hurry();
  }

  get periodMs(): number {
    return this.#dialer.periodMs;
  }

  nextAttemptMs(): number | undefined {
    return this.#ticket?.nextAttemptMs();
  }

  #accept(verified: VerifiedSocket, priority: DialPriority, tell: (event: SourceEvent) => void): void {
    const { waiting } = verified.proof;
    if (waiting === undefined) {
      tell({ kind: 'verified', verified });
      return;
    }
    const serving = new AbortController();
    this.#serving = serving;
    tell(notServing(waiting));
    const { socket } = verified;
    const destroy = (): void => {
      socket.on('error', ignore);
      socket.destroy();
    };
    awaitServing(socket, {
      clock: this.#options.clock,
      signal: serving.signal,
      session: verified.proof.session,
      intervalMs: this.#servingPollMs(),
      timeoutMs: this.#options.handshakeTimeoutMs,
      onWaiting: (cause) => tell(notServing(cause)),
    }).then(
      () => {
        if (serving.signal.aborted) destroy();
        else
          tell({
            kind: 'verified',
            verified: { ...verified, proof: { ...verified.proof, waiting: undefined } },
          });
      },
      (error: unknown) => {
        destroy();
        if (serving.signal.aborted) return;
        this.lost();
        const beneath = error instanceof Error ? error : new Error('The connection was lost.');
        const cause = error instanceof ProofError ? error.reason : causeOfSocketError(error);
        tell({ kind: 'failed', cause, error: beneath });
        this.start(priority, tell);
      },
    );
  }

  // The interval grows with the fleet, so that all its clients together send no more PINGs than the server can answer.
  #servingPollMs(): number {
    const fleetMs = (this.#dialer.fleetSize ?? 0) / 5;
    return Math.min(maxServingPollMs, Math.max(minServingPollMs, fleetMs));
  }
}

function notServing(cause: CauseCode): SourceEvent {
  return { kind: 'failed', cause, error: new Error(`The server does not serve yet: ${cause}.`) };
}

function ignore(): void {
  // The socket was given up.
}
