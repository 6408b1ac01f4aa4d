import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { request } from '../replies/request.ts';
import { judgePing, ProofError } from './proof-error.ts';
import { checkSession, sessionCommands, type Session } from './session.ts';

export interface AwaitServingOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The state that the connection must have once the server serves commands. */
  readonly session: Session;
  readonly intervalMs: number;
  /** Records how long a PING takes, and returns the time limit for its reply. */
  readonly roundTrip: { observe(tookMs: number): void; limitMs(): number };
  onWaiting(cause: CauseCode): void;
}

/**
 * Sends PING on a verified socket until the server serves commands: its dataset is loaded, its script has ended, or the
 * replica's link is up. With each PING, resends the commands that the server may have refused earlier: SELECT, CLIENT
 * SETNAME, READONLY. Keeps the connection, to spare a busy server the new connections of a whole fleet.
 *
 * @throws `ProofError`, the socket's error, or the signal's reason
 */
export async function awaitServing(socket: Socket, options: AwaitServingOptions): Promise<void> {
  const { clock, signal, roundTrip } = options;
  const setUp = sessionCommands(options.session);
  for (;;) {
    await pause(clock, options.intervalMs, signal);
    const deadline = new AbortController();
    const onAbort = (): void => deadline.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const askedAt = clock.now();
    const late = (): void => deadline.abort(new ProofError('stalled', undefined));
    const timer = clock.setTimeout(late, roundTrip.limitMs());
    try {
      const replies = await request(socket, [...setUp, ['PING']], deadline.signal);
      roundTrip.observe(clock.now() - askedAt);
      const cause = judgePing(replies.pop());
      checkSession(setUp, replies);
      if (cause === undefined) return;
      options.onWaiting(cause);
    } finally {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
