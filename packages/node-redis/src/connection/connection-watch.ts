import type { Redis } from 'ioredis';
import type { ConnectionNews } from './connection-news.ts';

/**
 * Reports the events of one ioredis client, until it is stopped. `isQuiet`: the first connect and ready events are not
 * reported, because this client replaces another one that was ready.
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
  // Many clients may share one connection, and each of them adds listeners.
  client.setMaxListeners(client.getMaxListeners() + 1);
  for (const [event, listener] of events) client.on(event, listener);
  return () => {
    for (const [event, listener] of events) client.off(event, listener);
    client.setMaxListeners(client.getMaxListeners() - 1);
  };
}
