import type { Driver } from '../driver/driver.ts';
import type { TrackedCall } from '../driver/tracked-call.ts';
import { request } from '../replies/request.ts';
import { canBeReleased, unblocking, type ReleaseRequests } from '../socket/release-requests.ts';
import type { Wire } from '../socket/wire.ts';
import type { Socket } from 'node:net';

/** A call that blocks the connection of a client, so that no later command on it is answered. */
export interface BlockedCall {
  readonly call: TrackedCall;
  readonly releases: ReleaseRequests;
  /** Id of the connection on the server; undefined if not known, or if the call cannot be unblocked and resent. */
  readonly clientId: string | undefined;
}

/** Returns the call that blocks this connection, if any. */
export function blockedCallOf(driver: Driver, { identity, releases }: Wire): BlockedCall | undefined {
  const call = driver.oldestUnanswered()?.call;
  if (call?.blockingMs === undefined) return undefined;
  return { call, releases, clientId: canBeReleased(call) ? identity?.clientId : undefined };
}

/**
 * Asks the server, over the separate connection `side`, to unblock these calls (CLIENT UNBLOCK). A call that was
 * unblocked has taken no element, and is resent. Resolves with true if none of the calls blocks any more.
 */
export async function releaseBlocked(
  blocked: readonly BlockedCall[],
  side: Socket,
  signal: AbortSignal,
): Promise<boolean> {
  const replies = request(
    side,
    blocked.map(({ clientId }) => unblocking(clientId as string)),
    signal,
  );
  const asked = blocked.map(({ call, releases }, index) =>
    releases.ask(
      call,
      replies.then((all) => all[index]),
    ),
  );
  await Promise.all(asked);
  // The reply 0 to CLIENT UNBLOCK means that the call was no longer blocking, and that the reply to the call is on its
  // way.
  return (await replies).every((reply) => reply === 1 || reply === 0);
}
