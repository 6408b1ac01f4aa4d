import type { Clock } from '../clock.ts';

const lookMs = 5;

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
