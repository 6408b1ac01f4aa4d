import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { Cancellation, type CancelSignal } from '../event-loop/cancellation.ts';
import { ProofError } from './proof-error.ts';
import { proveAgain } from './prove-again.ts';
import { factCommands, type Proof } from './verify-handshake.ts';

export interface AwaitServingOptions {
  readonly clock: Clock;
  readonly signal: CancelSignal;
  /** The result of the handshake: the state that the connection must have, and what is known of the server. */
  readonly proof: Proof;
  readonly intervalMs: number;
  /** Records how long a PING takes, and returns the time limit for its reply. */
  readonly roundTrip: { observe(tookMs: number): void; limitMs(): number };
  onWaiting(cause: CauseCode): void;
}

const minPollMs = 25;
const maxPollMs = 2000;

/**
 * Returns the interval between the PINGs to a server that responds but does not serve commands. The interval grows with
 * the number of clients, so that all clients together send no more PINGs than the server can answer.
 */
export function servingPollMs(fleetSize = 0): number {
  return Math.min(maxPollMs, Math.max(minPollMs, fleetSize / 5));
}

/**
 * Sends PING on a verified socket until the server serves commands: until its dataset is loaded, the script that keeps
 * it busy has ended, or the replica's link to its primary is up. With each PING, resends SELECT, CLIENT SETNAME,
 * READONLY and, if the server has not identified itself, INFO and CLIENT ID, because the server may have refused these
 * commands earlier. The connection is kept, to spare a busy server the new connections of a whole fleet.
 *
 * @returns the results of the last handshake, which show that the server serves commands
 * @throws `ProofError`, the socket's error, or the signal's reason
 */
export async function awaitServing(socket: Socket, options: AwaitServingOptions): Promise<Proof> {
  const { clock, signal, roundTrip, proof } = options;
  const questions = proof.clientId === undefined ? factCommands : [];
  for (;;) {
    await pause(clock, options.intervalMs, signal);
    const deadline = new Cancellation();
    const onAbort = (): void => deadline.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const askedAt = clock.now();
    const late = (): void => deadline.abort(new ProofError('stalled', undefined));
    const timer = clock.setTimeout(late, roundTrip.limitMs());
    try {
      const proven = await proveAgain(socket, proof, questions, deadline);
      roundTrip.observe(clock.now() - askedAt);
      if (proven.waiting === undefined) return proven;
      options.onWaiting(proven.waiting);
    } finally {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
