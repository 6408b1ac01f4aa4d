import type { Clock } from '../clock.ts';
import { afterRunning } from '../event-loop/after-running.ts';
import type { Endpoint, OpenSocket } from '../handshake/open-socket.ts';
import type { SentinelReport } from './agreement.ts';
import { askSentinel, type SentinelAnswer } from './ask-sentinel.ts';
import type { SentinelOptions } from './sentinel-options.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

/** If a sentinel has not replied after this long, the next sentinel is queried as well. */
const staggerMs = 150;
/** If at least one sentinel has replied, the poll ends this long after the last query. */
const patienceMs = 500;

export interface SentinelPoll {
  readonly clock: Clock;
  readonly open: OpenSocket;
  readonly options: SentinelOptions;
  readonly candidates: readonly Endpoint[];
  /** Number of sentinels that are queried immediately and concurrently; the others follow one at a time. */
  readonly initialCount: number;
  readonly signal: CancelSignal;
  readonly isEnough: (reports: readonly SentinelReport[]) => boolean;
  readonly onAnswer: (sentinel: Endpoint, answer: SentinelAnswer) => void;
}

/**
 * Resolves with the sentinels' replies as soon as `isEnough` accepts them, or when all other sentinels have failed or
 * have not replied in time. As long as no sentinel has replied, waits until all have failed or `signal` aborts.
 *
 * @throws the last error if no sentinel replied
 */
export function pollSentinels(poll: SentinelPoll): Promise<readonly SentinelReport[]> {
  const { clock, open, options, candidates, signal } = poll;
  const abort = new AbortController();
  const onAbort = (): void => abort.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return new Promise<readonly SentinelReport[]>((resolve, reject) => {
    const reports: SentinelReport[] = [];
    let next = 0;
    let failed = 0;
    let stopWaiting: (() => void) | undefined;
    const stop = (): void => {
      stopWaiting?.();
      stopWaiting = undefined;
    };
    const end = (error?: unknown): void => {
      stop();
      if (reports.length > 0) resolve(reports);
      else reject(error);
      abort.abort(new Error('The other sentinels have answered.'));
    };
    const onSilence = (): void => {
      if (reports.length > 0) end();
      else stopWaiting = afterRunning(clock, patienceMs, onSilence);
    };
    const askNext = (): void => {
      const sentinel = candidates[next];
      if (sentinel === undefined) return;
      next += 1;
      stop();
      stopWaiting =
        next < candidates.length
          ? afterRunning(clock, staggerMs, askNext)
          : afterRunning(clock, patienceMs, onSilence);
      askSentinel(sentinel, options, open, abort.signal).then(
        (answer) => {
          poll.onAnswer(sentinel, answer);
          reports.push(answer.report);
          settled();
        },
        (error: unknown) => {
          failed += 1;
          settled(error);
        },
      );
    };
    const settled = (error?: unknown): void => {
      if (reports.length + failed === candidates.length || poll.isEnough(reports)) end(error);
      else askNext();
    };
    for (let count = 0; count < Math.max(1, poll.initialCount); count += 1) askNext();
  }).finally(() => signal.removeEventListener('abort', onAbort));
}
