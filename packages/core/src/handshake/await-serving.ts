import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { request } from '../replies/request.ts';
import { judgePing, ProofError } from './proof-error.ts';
import { checkSession, sessionCommands } from './session.ts';
import { factCommands, serverFacts, type Proof } from './verify-handshake.ts';

export interface AwaitServingOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The result of the handshake: the state that the connection must have, and what the server has said so far. */
  readonly proof: Proof;
  readonly intervalMs: number;
  /** Records how long a PING takes, and returns the time limit for its reply. */
  readonly roundTrip: { observe(tookMs: number): void; limitMs(): number };
  onWaiting(cause: CauseCode): void;
}

/**
 * Sends PING on a verified socket until the server serves commands: its dataset is loaded, its script has ended, or the
 * replica's link is up. With each PING, resends the commands that the server may have refused earlier: SELECT, CLIENT
 * SETNAME, READONLY and, if the server has not told who it is, INFO and CLIENT ID. Keeps the connection, to spare a busy
 * server the new connections of a whole fleet.
 *
 * @returns the proof of a server that serves commands
 * @throws `ProofError`, the socket's error, or the signal's reason
 */
export async function awaitServing(socket: Socket, options: AwaitServingOptions): Promise<Proof> {
  const { clock, signal, roundTrip, proof } = options;
  const setUp = sessionCommands(proof.session);
  const questions = proof.clientId === undefined ? factCommands : [];
  for (;;) {
    await pause(clock, options.intervalMs, signal);
    const deadline = new AbortController();
    const onAbort = (): void => deadline.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const askedAt = clock.now();
    const late = (): void => deadline.abort(new ProofError('stalled', undefined));
    const timer = clock.setTimeout(late, roundTrip.limitMs());
    try {
      const replies = await request(socket, [...setUp, ['PING'], ...questions], deadline.signal);
      roundTrip.observe(clock.now() - askedAt);
      const [ping, ...facts] = replies.splice(setUp.length);
      const cause = judgePing(ping);
      checkSession(setUp, replies);
      if (cause === undefined)
        return { ...proof, ...(facts.length > 0 && serverFacts(facts)), waiting: cause };
      options.onWaiting(cause);
    } finally {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
