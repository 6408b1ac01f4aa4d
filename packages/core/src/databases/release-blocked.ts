import type { Driver } from '../driver/driver.ts';
import type { Wire } from '../socket/wire.ts';

/**
 * Asks the server to let go a call that blocks on a connection (CLIENT UNBLOCK), over another connection. A call that was
 * let go took nothing, and is sent again.
 */
export function releaseBlocked(
  driver: Driver,
  wire: Wire,
  ask: (command: string, args: readonly string[]) => Promise<unknown>,
): void {
  const call = driver.oldestUnanswered()?.call;
  const { identity } = wire;
  // A WAIT that is let go answers with a number of replicas, which its caller would take for the result.
  if (call?.blockingMs === undefined || call.isBatch || call.name.startsWith('wait')) return;
  if (identity === undefined) return;
  call.released = true;
  ask('client', ['UNBLOCK', identity.clientId, 'TIMEOUT']).then(
    (reply) => {
      // Otherwise its own answer is on its way.
      if (Number(reply) !== 1) call.released = false;
    },
    () => {
      call.released = false;
    },
  );
}
