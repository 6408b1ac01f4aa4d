import type { Clock, TimerHandle } from '../clock.ts';
import { afterReads } from './after-reads.ts';
import { toleratedLagMs } from './process-stall-detector.ts';
import { stallDetectorOf } from './thaw-watches.ts';

/** Pauses of the process that add up to less than this do not prolong a wait. */
const negligibleMs = 1;
/** Node.js timers cannot wait longer than this. */
const longestMs = 2 ** 31 - 1;

export interface RunningWait {
  /** Whether the wait does not keep the process alive. @default false */
  readonly unref?: boolean;
  /**
   * Whether the lag of the event loop is not measured more often than otherwise, for waits that are long or many.
   *
   * @default false
   */
  readonly isRough?: boolean;
  /**
   * Maximum time in milliseconds by which the wait is prolonged after its time is up, for deadlines that must not
   * become many times as long in a process that is always slowed down. @default Infinity
   */
  readonly mostMs?: number;
}

/**
 * Calls `action` when this process has run for `delayMs` and has then read its sockets. The time for which the process
 * stood still does not count, because it could neither send nor read anything: a container whose CPU time is limited
 * stands still for most of the time. Returns a function that cancels the call.
 */
export function afterRunning(
  clock: Clock,
  delayMs: number,
  action: () => void,
  { unref = false, isRough = false, mostMs = Infinity }: RunningWait = {},
): () => void {
  const detector = stallDetectorOf(clock);
  let mayAddMs = mostMs;
  let timer: TimerHandle | undefined;
  let isOver = false;
  const arm = (ms: number): void => {
    const armedAt = clock.now();
    if (!isRough) detector.noteWork(armedAt);
    const { stalledMs } = detector;
    const look = (lateMs: number): void => {
      if (isOver) return;
      if (ms > longestMs) return arm(ms - longestMs);
      const leftMs = ms - (clock.now() - armedAt) + detector.stalledMs - stalledMs;
      const moreMs = Math.min(Math.max(leftMs, lateMs), ms, mayAddMs);
      mayAddMs -= moreMs;
      if (moreMs >= negligibleMs) return arm(moreMs);
      isOver = true;
      action();
    };
    const onTime = (): void => {
      timer = undefined;
      // A process that was late may have stood still before the time was up, too.
      const lateMs = clock.now() - armedAt - ms;
      afterReads(clock, () => look(lateMs > toleratedLagMs ? lateMs : 0));
    };
    timer = clock.setTimeout(onTime, Math.min(ms, longestMs));
    if (unref) timer.unref?.();
  };
  arm(delayMs);
  return () => {
    isOver = true;
    if (timer !== undefined) clock.clearTimeout(timer);
  };
}

/**
 * Returns the milliseconds of a clock that stands still while this process does, to measure how long something has been
 * awaited.
 */
export function runningTime(clock: Clock): number {
  return clock.now() - stallDetectorOf(clock).stalledMs;
}
