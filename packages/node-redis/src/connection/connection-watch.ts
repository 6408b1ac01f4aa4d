import type { Redis } from 'ioredis';
import type { ConnectionNews } from './connection-news.ts';

/**
 * Reports the events of an ioredis client to `tell`, until the returned function is called. While `isQuiet` returns
 * true, the event `connect` is not reported, because this ioredis client takes the place of one that was already
 * connected.
 */
export function watchConnection(
  client: Redis,
  tell: (news: ConnectionNews) => void,
  isQuiet: () => boolean,
): () => void {
  const listeners = {
    connect: () => isQuiet() || tell({ kind: 'connect' }),
    ready: () => tell({ kind: 'ready' }),
    reconnecting: () => tell({ kind: 'reconnecting' }),
    error: (error: Error) => tell({ kind: 'error', error }),
    end: () => tell({ kind: 'end' }),
  };
  const events = Object.entries(listeners);
  // Many clients may share one connection, and each of them adds a listener to each event. Without a higher limit, Node
  // would warn about a leak of listeners.
  client.setMaxListeners(client.getMaxListeners() + 1);
  for (const [event, listener] of events) client.on(event, listener);
  return () => {
    for (const [event, listener] of events) client.off(event, listener);
    client.setMaxListeners(client.getMaxListeners() - 1);
  };
}
