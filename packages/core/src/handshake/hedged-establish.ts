import type { Clock, TimerHandle } from '../clock.ts';
import type { Endpoint } from './open-socket.ts';
import { establish, type VerifiedSocket, type EstablishProgress, type Target } from './establish.ts';
import { Cancellation, type CancelSignal } from '../event-loop/cancellation.ts';

/** Minimum time for which a handshake may be unanswered before another one is started in parallel. */
const minPatienceMs = 150;
const toleratedRoundTrips = 8;
/** Interval between two parallel attempts while the sentinels have not named the endpoint. */
const sentinelsPatienceMs = 250;
/**
 * Number of parallel attempts that may ask the sentinels at the same time. Each attempt then has at least a second,
 * which is enough even for distant sentinels.
 */
const maxAsking = 4;
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
 * Like `establish`, but for a server, or sentinels, that may accept connections without responding. If the first
 * handshake is not answered soon, short handshakes are tried in parallel, one after another, while the first one keeps
 * its full time. With these parallel handshakes, a server that responds again is noticed at once, and a server that is
 * only slow is not given up. Until the sentinels have named the server, attempts are started in parallel in the same
 * way, in case the sentinels do not answer.
 *
 * @throws {@link EstablishError} of the first connection
 */
export function hedgedEstablish(
  target: Target,
  clock: Clock,
  signal: CancelSignal,
  progress: EstablishProgress = silentProgress,
  { periodMs = 0, isUndialed = false }: HedgePace = {},
): Promise<VerifiedSocket> {
  return new Promise((resolve, reject) => {
    const startedAt = clock.now();
    let patienceMs = minPatienceMs;
    let isDone = false;
    let endpoint: Endpoint | undefined;
    let timer: TimerHandle | undefined;
    let isAsking = false;
    const hedges: Cancellation[] = [];
    const first = new Cancellation();
    const onAbort = (): void => first.abort(signal.reason);
    const finish = (): void => {
      isDone = true;
      signal.removeEventListener('abort', onAbort);
      if (timer !== undefined) clock.clearTimeout(timer);
      for (const hedge of hedges) hedge.abort(new Error('Another connection answered.'));
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
      while (hedges.length >= (isAsking ? maxAsking : 1))
        hedges.shift()?.abort(new Error('No answer in time.'));
      const hedge = new Cancellation();
      hedges.push(hedge);
      establish(target, clock, hedge).then(acceptOther, ignore);
      armNext();
    };
    if (isUndialed) {
      patienceMs = Math.max(minPatienceMs, periodMs);
      armNext();
    }
    if (signal.aborted) first.abort(signal.reason);
    else signal.addEventListener('abort', onAbort, { once: true });
    establish(target, clock, first, {
      preparing: (cause) => {
        const prepared = progress.preparing(cause);
        if (cause !== 'sentinel') return prepared;
        isAsking = true;
        patienceMs = Math.max(sentinelsPatienceMs, periodMs);
        armNext();
        return () => {
          isAsking = false;
          if (timer !== undefined && !isUndialed) clock.clearTimeout(timer);
          prepared();
        };
      },
      questions: () => progress.questions?.(),
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
  // A parallel handshake that fails has no effect: the caller only ever gets the error of the first handshake.
}
