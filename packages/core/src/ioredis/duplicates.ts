import type { Cluster, Redis } from 'ioredis';
import { internals, type Internals } from './internals.ts';

/** Calls `onDuplicate` with each client that `duplicate()` makes, before that connects. */
export function interceptDuplicate(client: Redis, onDuplicate: (duplicate: Redis) => void): void {
  const target = internals(client);
  const original = target.duplicate.bind(client);
  target.duplicate = (override) => {
    const isLazy =
      (override as { lazyConnect?: boolean } | undefined)?.lazyConnect ?? target.options['lazyConnect'];
    const duplicate = original({ ...(override as object), lazyConnect: true }) as Redis;
    onDuplicate(duplicate);
    setLazy(duplicate, isLazy === true);
    return duplicate;
  };
}

/** Shows `onDuplicate` the client that `work` makes of this one, before it connects. For one without {@link interceptDuplicate}. */
export function duringDuplicate(
  client: Redis,
  onDuplicate: (duplicate: Redis) => void,
  work: () => void,
): void {
  interceptDuplicate(client, onDuplicate);
  try {
    work();
  } finally {
    delete (internals(client) as Partial<Internals>).duplicate;
  }
}

/** As {@link interceptDuplicate}, for a Cluster. */
export function interceptClusterDuplicate(cluster: Cluster, onDuplicate: (duplicate: Cluster) => void): void {
  const original = cluster.duplicate.bind(cluster);
  cluster.duplicate = (...override) => {
    const duplicate = original(...override);
    onDuplicate(duplicate);
    return duplicate;
  };
}

/** Restores what the user asked for: clients are constructed lazy, so that they are protected before they connect. */
export function setLazy(client: Redis, isLazy: boolean): void {
  internals(client).options['lazyConnect'] = isLazy;
  if (!isLazy) wake(client);
}

/** Connects a client that was never told to connect. */
export function wake(client: Redis | Cluster): void {
  if (internals(client).status === 'wait') internals(client).connect().catch(ignore);
}

function ignore(): void {
  // The failed attempt is reported by the connection.
}
