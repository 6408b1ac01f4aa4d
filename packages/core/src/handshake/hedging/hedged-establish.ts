import type { Clock } from '../../clock.ts';
import type { Endpoint } from '../open-socket.ts';
import { establish, type VerifiedSocket, type EstablishProgress, type Target } from '../establish.ts';
import { afterRunning, runningTime } from '../../event-loop/after-running.ts';
import { HedgeTurns, withLatest } from './hedge-turns.ts';
import { Cancellation, type CancelSignal } from '../../event-loop/cancellation.ts';

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
  /** Shared by all handshakes with the same endpoint. @default turns that no other handshake shares */
  readonly turns?: HedgeTurns;
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
  { periodMs = 0, isUndialed = false, turns = new HedgeTurns() }: HedgePace = {},
): Promise<VerifiedSocket> {
  return new Promise((resolve, reject) => {
    const startedAt = runningTime(clock);
    /** Since when an answer has been awaited: to the first handshake or, if there is one, the last parallel one. */
    let since = startedAt;
    let firstSince = startedAt;
    let patienceMs = minPatienceMs;
    let isDone = false;
    let endpoint: Endpoint | undefined;
    let stopWaiting: (() => void) | undefined;
    let isAsking = false;
    let hedges: readonly Cancellation[] = [];
    const first = new Cancellation();
    const onAbort = (): void => first.abort(signal.reason);
    const finish = (): void => {
      isDone = true;
      signal.removeEventListener('abort', onAbort);
      stopWaiting?.();
      for (const hedge of hedges) hedge.abort(new Error('Another connection answered.'));
    };
    const accept = (verified: VerifiedSocket, began: number): void => {
      turns.answered(began, runningTime(clock));
      if (isDone) {
        verified.socket.destroy();
        return;
      }
      finish();
      resolve(verified);
    };
    const acceptOther = (verified: VerifiedSocket, began: number): void => {
      if (!isDone) first.abort(new Error('Another connection answered.'));
      accept(verified, began);
    };
    const look = (): void => {
      const now = runningTime(clock);
      if (turns.isSilentFor(reportAfterMs, startedAt, now)) progress.unanswered?.(endpoint);
      const waitMs = turns.waitMs(since, patienceMs, now);
      if (waitMs <= 0) tryBeside(now);
      arm(waitMs > 0 ? waitMs : patienceMs);
    };
    const pause = (): void => {
      since = runningTime(clock);
      stopWaiting?.();
    };
    const arm = (waitMs: number): void => {
      stopWaiting?.();
      stopWaiting = afterRunning(clock, waitMs, look);
    };
    const tryBeside = (now: number): void => {
      const most = isAsking ? maxAsking : 1;
      const hedge = new Cancellation();
      hedges = withLatest(hedges, hedge, most);
      if (!turns.isOvertaken(since, patienceMs)) turns.begin(hedge, most, now);
      since = now;
      establish(target, clock, hedge)
        .then((verified) => acceptOther(verified, now), ignore)
        .finally(() => turns.end(hedge));
    };
    const begin = (nextPatienceMs: number): void => {
      patienceMs = nextPatienceMs;
      firstSince = since = runningTime(clock);
      arm(patienceMs);
    };
    if (isUndialed) begin(Math.max(minPatienceMs, periodMs));
    if (signal.aborted) first.abort(signal.reason);
    else signal.addEventListener('abort', onAbort, { once: true });
    establish(target, clock, first, {
      preparing: (cause) => {
        const prepared = progress.preparing(cause);
        if (cause !== 'sentinel') return prepared;
        isAsking = true;
        begin(Math.max(sentinelsPatienceMs, periodMs));
        return () => {
          isAsking = false;
          if (!isUndialed) pause();
          prepared();
        };
      },
      questions: () => progress.questions?.(),
      resolved: (found) => {
        endpoint = found;
      },
      connected: () => {
        progress.connected();
        if (!isDone)
          begin(Math.max(minPatienceMs, periodMs, toleratedRoundTrips * (runningTime(clock) - startedAt)));
      },
    }).then(
      (verified) => accept(verified, firstSince),
      (error: unknown) => {
        if (isDone) return;
        finish();
        reject(error);
      },
    );
  });
}

const silentProgress: EstablishProgress = { connected: nothing, preparing: () => nothing };

function nothing(): void {
  // The caller did not ask for the progress.
}

function ignore(): void {
  // A parallel handshake that fails has no effect: the caller only ever gets the error of the first handshake.
}
