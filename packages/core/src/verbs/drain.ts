import type { Clock } from '../clock.ts';
import type { ProtectedClients } from '../resilience/protected-clients.ts';

const lookMs = 5;

/** Waits until no command is pending any more, for `drainMs` at most. */
export function drain(members: ProtectedClients, clock: Clock, drainMs: number): Promise<void> {
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
