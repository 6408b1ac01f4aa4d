import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { ErrorReply } from '../replies/reply.ts';
import { request } from '../replies/request.ts';

export interface AwaitServingOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly intervalMs: number;
  /** Bounds each PING. */
  readonly timeoutMs: number;
  onWaiting(cause: CauseCode): void;
}

/**
 * Sends PING on a verified socket until the server serves: its dataset is loaded, its script has ended, or the link of
 * the replica is up. The connection is kept, to spare a busy server the new connections of a whole fleet.
 *
 * @throws the socket's error, or the reason of the signal
 */
export async function awaitServing(socket: Socket, options: AwaitServingOptions): Promise<void> {
  const { clock, signal } = options;
  for (;;) {
    await pause(clock, options.intervalMs, signal);
    const deadline = new AbortController();
    const onAbort = (): void => deadline.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = clock.setTimeout(() => deadline.abort(new Error('No answer to PING.')), options.timeoutMs);
    try {
      const [reply] = await request(socket, [['PING']], deadline.signal);
      const cause = reply instanceof ErrorReply ? classifyReply(reply.message).cause : undefined;
      if (cause !== 'loading' && cause !== 'busy' && cause !== 'replica-stale') return;
      options.onWaiting(cause);
    } finally {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
