import type { Driver } from '../driver/driver.ts';
import type { Wire } from '../socket/wire.ts';

/**
 * Asks the server, over another connection, to release a call that is blocking a connection (CLIENT UNBLOCK). A
 * released call has popped nothing, so it can be resent.
 */
export function releaseBlocked(
  driver: Driver,
  wire: Wire,
  ask: (command: string, args: readonly string[]) => Promise<unknown>,
): void {
  const call = driver.oldestUnanswered()?.call;
  const { identity } = wire;
  // A released WAIT replies with a number of replicas, which its caller would mistake for the result.
  if (call?.blockingMs === undefined || call.isBatch || call.name.startsWith('wait')) return;
  if (identity === undefined) return;
  call.released = true;
  ask('client', ['UNBLOCK', identity.clientId, 'TIMEOUT']).then(
    (reply) => {
      // For any other reply, the call was no longer blocked, so its own reply is on its way.
      if (Number(reply) !== 1) call.released = false;
    },
    () => {
      call.released = false;
    },
  );
}
