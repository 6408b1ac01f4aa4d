import type { Clock, TimerHandle } from '../clock.ts';
import type { Endpoint } from './open-socket.ts';
import { establish, type VerifiedSocket, type EstablishProgress, type Target } from './establish.ts';

/** Minimum time for which a handshake may be unanswered before another one is started in parallel. */
const minPatienceMs = 150;
const toleratedRoundTrips = 8;
/**
 * A missing answer is reported only after this time, so that a slow start of this process is not blamed on the server.
 */
const reportAfterMs = 500;

/** The pace of the handshakes that are started in parallel. */
export interface HedgePace {
  /** Minimum interval between two parallel handshakes, in milliseconds. @default 0 */
  readonly periodMs?: number;
  /**
   * Whether parallel attempts are started even before the first attempt has connected. Pass true only if the attempts
   * are not made by a dialer: a dialer starts parallel attempts itself. @default false
   */
  readonly isUndialed?: boolean;
}

/**
 * Like `establish`, but for a server that may accept connections without responding. If the first handshake is not
 * answered soon, short handshakes are tried in parallel, one after another, while the first one keeps its full time.
 * With these parallel handshakes, a server that responds again is noticed at once, and a server that is only slow is
 * not given up.
 *
 * @throws {@link EstablishError} of the first connection
 */
export function hedgedEstablish(
  target: Target,
  clock: Clock,
  signal: AbortSignal,
  progress: EstablishProgress = silentProgress,
  { periodMs = 0, isUndialed = false }: HedgePace = {},
): Promise<VerifiedSocket> {
  return new Promise((resolve, reject) => {
    const startedAt = clock.now();
    let patienceMs = minPatienceMs;
    let isDone = false;
    let endpoint: Endpoint | undefined;
    let timer: TimerHandle | undefined;
    let hedge: AbortController | undefined;
    const first = new AbortController();
    const onAbort = (): void => first.abort(signal.reason);
    const finish = (): void => {
      isDone = true;
      signal.removeEventListener('abort', onAbort);
      if (timer !== undefined) clock.clearTimeout(timer);
      hedge?.abort(new Error('Another connection answered.'));
    };
    const accept = (verified: VerifiedSocket): void => {
      if (isDone) {
        verified.socket.destroy();
        return;
      }
      finish();
      resolve(verified);
    };
    const acceptOther = (verified: VerifiedSocket): void => {
      if (!isDone) first.abort(new Error('Another connection answered.'));
      accept(verified);
    };
    const armNext = (): void => {
      if (timer !== undefined) clock.clearTimeout(timer);
      timer = clock.setTimeout(tryBeside, patienceMs);
    };
    const tryBeside = (): void => {
      if (isDone) return;
      if (clock.now() - startedAt >= reportAfterMs) progress.unanswered?.(endpoint);
      hedge?.abort(new Error('No answer in time.'));
      hedge = new AbortController();
      establish(target, clock, hedge.signal).then(acceptOther, ignore);
      armNext();
    };
    if (isUndialed) {
      patienceMs = Math.max(minPatienceMs, periodMs);
      armNext();
    }
    if (signal.aborted) first.abort(signal.reason);
    else signal.addEventListener('abort', onAbort, { once: true });
    establish(target, clock, first.signal, {
      preparing: (cause) => progress.preparing(cause),
      resolved: (found) => {
        endpoint = found;
      },
      connected: () => {
        progress.connected();
        patienceMs = Math.max(minPatienceMs, periodMs, toleratedRoundTrips * (clock.now() - startedAt));
        if (!isDone) armNext();
      },
    }).then(accept, (error: unknown) => {
      if (isDone) return;
      finish();
      reject(error);
    });
  });
}

const silentProgress: EstablishProgress = { connected: nothing, preparing: () => nothing };

function nothing(): void {
  // The caller did not ask for the progress.
}

function ignore(): void {
  // A failed parallel handshake has no effect. If the first one fails, too, the caller gets the error of the first.
}
