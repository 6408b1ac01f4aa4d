import type { Clock } from '../clock.ts';
import type { Members } from '../resilience/members.ts';

const lookMs = 5;

/** Waits until no command is pending any more, for `drainMs` at most. */
export function drain(members: Members, clock: Clock, drainMs: number): Promise<void> {
  const endsAt = clock.now() + drainMs;
  return new Promise((resolve) => {
    const look = (): void => {
      const { waiting, inFlight } = members.detail();
      if (waiting + inFlight === 0 || clock.now() >= endsAt) resolve();
      else clock.setTimeout(look, lookMs);
    };
    look();
  });
}
