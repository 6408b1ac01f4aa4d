import type { Clock } from '../clock.ts';
import { afterRunning } from '../event-loop/after-running.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { durationOf } from '../options/option-readers.ts';

const lookMs = 5;

/** Options of `close`. */
export interface CloseOptions {
  /** Time limit for pending commands to finish. Default 1,000 ms. */
  readonly drainMs?: number;
}

/**
 * Returns `drainMs`, or its default.
 *
 * @throws {@link ConfigurationError} if an option is unknown or invalid
 */
export function drainMsOf(options: CloseOptions): number {
  return checkOptions('close', options, readers).drainMs ?? 1000;
}

const readers: OptionReaders<CloseOptions> = { drainMs: durationOf(0) };

/**
 * Waits until no command is pending, but at most `drainMs`. `pending` returns the number of commands that are waiting
 * or in flight. Replies that arrived while the process was blocked are read first.
 */
export function drain(pending: () => number, clock: Clock, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    let isOver = drainMs === 0;
    const end = (): void => {
      isOver = true;
    };
    const stopWaiting = isOver ? undefined : afterRunning(clock, drainMs, end, { mostMs: drainMs });
    const look = (): void => {
      if (pending() > 0 && !isOver) {
        clock.setTimeout(look, lookMs);
        return;
      }
      stopWaiting?.();
      resolve();
    };
    look();
  });
}
