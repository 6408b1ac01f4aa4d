import type { DriverConnector } from '../driver/driver-connector.ts';
import type { OpenSocket } from '../handshake/open-socket.ts';
import { ownEndpoint } from './target-of.ts';

/** Gives a client that asks one question its socket: not proven, because its answer is the proof. */
export function plainConnector(
  options: Readonly<Record<string, unknown>>,
  open: OpenSocket,
): DriverConnector {
  const abort = new AbortController();
  return {
    async connect() {
      const socket = await open(ownEndpoint(options), { signal: abort.signal, keepAliveMs: 0 });
      abort.signal.addEventListener('abort', () => socket.destroy(), { once: true });
      return socket;
    },
    disconnect: () => abort.abort(new Error('The question is answered.')),
    check: () => true,
  };
}
