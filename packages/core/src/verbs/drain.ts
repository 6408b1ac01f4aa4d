import type { Clock } from '../clock.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { durationOf } from '../options/option-readers.ts';

const lookMs = 5;

/** Options of `close`. */
export interface CloseOptions {
  /** How long pending commands may take to finish. Default 1,000 ms. */
  readonly drainMs?: number;
}

/** @throws {@link ConfigurationError} when an option is unknown or wrong */
export function drainMsOf(options: CloseOptions): number {
  return checkOptions('close', options, readers).drainMs ?? 1000;
}

const readers: OptionReaders<CloseOptions> = { drainMs: durationOf(0) };

/** Waits until no command is pending, for `drainMs` at most. `pending`: how many are waiting or in flight. */
export function drain(pending: () => number, clock: Clock, drainMs: number): Promise<void> {
  const endsAt = clock.now() + drainMs;
  return new Promise((resolve) => {
    const look = (): void => {
      if (pending() === 0 || clock.now() >= endsAt) resolve();
      else clock.setTimeout(look, lookMs);
    };
    look();
  });
}
