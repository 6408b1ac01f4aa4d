import type { CredentialsHolder } from '../../connection/reauthenticate.ts';
import { targetOf, type Destination, type ResolvedTarget } from '../../connection/target-of.ts';
import { targetWith } from '../../handshake/establish.ts';
import type { OpenSocket } from '../../handshake/open-socket.ts';
import type { Settings } from '../../options/settings.ts';

export interface NodeTargetParts {
  readonly settings: Settings;
  readonly credentials: CredentialsHolder;
  readonly open: OpenSocket;
}

/**
 * Returns the target for connections to a node of a cluster. Primaries and replicas are both accepted. A server that
 * has only database 0 is accepted even if the client's options select another database, because ioredis accepts it,
 * too.
 */
export function nodeTarget(
  driver: Destination,
  { settings, credentials, open }: NodeTargetParts,
): ResolvedTarget {
  const target = targetOf(driver, settings, credentials, open);
  return targetWith(target, {
    requiresPrimary: false,
    session: () => ({ ...target.session(), acceptsOnlyDatabase: true }),
  });
}
