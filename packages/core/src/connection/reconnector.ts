import { isNativeError } from 'node:util/types';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import type { DialPriority, DialReport, DialTicket } from '../dialing/dial-request.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { Cancellation } from '../event-loop/cancellation.ts';
import { awaitServing, servingPollMs } from '../handshake/await-serving.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import { ProofError } from '../handshake/proof-error.ts';
import { causeOfSocketError } from '../handshake/socket-cause.ts';
import { tlsMismatchOf } from '../handshake/tls-mismatch.ts';
import { RoundTrip } from '../socket/round-trip.ts';
import { ConnectionAttempts, type AttemptTrouble } from './connection-attempts.ts';
import type { SocketSource, SourceEvent } from './socket-source.ts';

/** The client for which connections are made. */
export interface ReconnectorClient {
  readonly settings: {
    readonly clock: Clock;
    /** The lowest and the highest time limit for the reply to a PING, while the server is not serving yet. */
    readonly connection: { readonly minStallMs: number; readonly maxStallMs: number };
  };
  /** Whether callers are waiting for the connection. */
  readonly isWanted: boolean;
  /** Called when an attempt has ended. */
  onReport(report: DialReport): void;
}

/**
 * If at least this many clients are connected to the server, no second handshake is started in parallel with an
 * unanswered one, to spare the server.
 */
const largeFleet = 500;

/** A search for one socket. */
interface Search {
  /** Whether no socket is needed any more. */
  isOver: boolean;
  /**
   * Aborts the wait for a server that does not serve yet; undefined for any other server, because the signal would
   * occupy a kilobyte for as long as the connection lives.
   */
  ended: Cancellation | undefined;
}

/** Makes one connection. The endpoint's dialer decides when attempts begin, until one succeeds. */
export class Reconnector implements SocketSource {
  readonly dialer: Dialer;
  readonly #client: ReconnectorClient;
  readonly #isLeased: boolean;
  readonly #attempts: ConnectionAttempts;
  #ticket: DialTicket | undefined;
  #search: Search | undefined;

  /** `isLeased`: whether the connection belongs to a pool of leased connections. */
  constructor(dialer: Dialer, target: Target, client: ReconnectorClient, isLeased = false) {
    const { clock } = client.settings;
    this.dialer = dialer;
    this.#client = client;
    this.#isLeased = isLeased;
    this.#attempts = new ConnectionAttempts(target, clock, tlsMismatchOf(target.open, clock));
  }

  start(priority: DialPriority, tell: (event: SourceEvent) => void): void {
    this.stop();
    const search: Search = { isOver: false, ended: undefined };
    this.#search = search;
    let isDialing = true;
    // A cancelled attempt also ends as a failure, which must not be reported: either another attempt has succeeded, or
    // no socket is needed any more.
    const onTrouble = (trouble: AttemptTrouble): void => {
      if (isDialing && !search.isOver) tell({ kind: 'failed', ...trouble });
    };
    this.#ticket = this.dialer.dial({
      priority: this.#isLeased ? 'leased' : priority,
      isWanted: () => this.#client.isWanted,
      attempt: (attempt) => {
        const isHedged = (this.dialer.fleetSize ?? 0) < largeFleet;
        return this.#attempts.run(attempt, isHedged ? this.dialer.hedgeTurns : undefined, onTrouble);
      },
      onAttempt: (report) => {
        const verified = report.cause === undefined ? this.#attempts.take() : undefined;
        this.#client.onReport(report);
        if (verified === undefined) return;
        isDialing = false;
        this.#accept(verified, priority, search, tell);
      },
      onOtherFailed: ({ cause, error }) => tell({ kind: 'other-failed', error: errorOf(error, cause) }),
    });
  }

  stop(): void {
    this.#ticket?.cancel();
    if (this.#search === undefined) return;
    this.#search.isOver = true;
    this.#search.ended?.abort(new Error('The connection is closed.'));
  }

  get ticket(): DialTicket | undefined {
    return this.#ticket;
  }

  #accept(
    verified: VerifiedSocket,
    priority: DialPriority,
    search: Search,
    tell: (event: SourceEvent) => void,
  ): void {
    const { socket, proof } = verified;
    if (proof.waiting === undefined) {
      tell({ kind: 'verified', verified });
      return;
    }
    tell(notServing(proof.waiting));
    search.ended = new Cancellation();
    if (search.isOver) search.ended.abort(new Error('The connection is closed.'));
    const { clock, connection } = this.#client.settings;
    const { minStallMs, maxStallMs } = connection;
    const intervalMs = servingPollMs(this.dialer.fleetSize);
    awaitServing(socket, {
      clock,
      signal: search.ended,
      proof,
      intervalMs,
      // The limit for the reply to a PING is at least one polling interval, which is long for a server with many
      // clients. With a shorter limit, a short stall of the server would make all clients redial at the same time.
      roundTrip: new RoundTrip(Math.max(minStallMs, intervalMs), Math.max(maxStallMs, intervalMs)),
      onWaiting: (cause) => tell(notServing(cause)),
    }).then(
      (proven) => {
        if (search.isOver) socket.destroy();
        else tell({ kind: 'verified', verified: { ...verified, proof: proven } });
      },
      (error: Error) => {
        socket.destroy();
        if (search.isOver) return;
        this.#ticket?.lost();
        const cause = error instanceof ProofError ? error.reason : causeOfSocketError(error);
        tell({ kind: 'failed', cause, error });
        this.start(priority, tell);
      },
    );
  }
}

function errorOf(error: unknown, cause: CauseCode): Error {
  return isNativeError(error) ? error : new Error(`The endpoint cannot be reached: ${cause}.`);
}

function notServing(cause: CauseCode): SourceEvent {
  return { kind: 'failed', cause, error: new Error(`The server does not serve yet: ${cause}.`) };
}
