import type { ClusterInternals } from './cluster-internals.ts';

/**
 * Calls the listeners as soon as the status changes. ioredis emits its events one tick later, when the caller of
 * `connect()` may already have issued its first command. A client that has ended keeps its status: ioredis would set
 * the status back to `close` if an attempt to connect to a node ends later than the client.
 */
export function tellAtOnce(
  target: ClusterInternals,
  listeners: Readonly<Record<string, readonly (() => void)[]>>,
): void {
  const setStatus = target.setStatus.bind(target);
  target.setStatus = (status) => {
    if (status === 'close' && target.status === 'end') return;
    setStatus(status);
    for (const listener of listeners[status] ?? []) listener();
  };
}
