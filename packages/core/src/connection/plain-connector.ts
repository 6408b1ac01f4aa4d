import type { DriverConnector } from '../driver/driver-connector.ts';
import type { Driver } from '../driver/driver.ts';
import type { OpenSocket } from '../handshake/open-socket.ts';
import { driverReplyLimits } from '../replies/reply-limits.ts';
import { interceptReads } from '../socket/intercept-reads.ts';
import { ReplyGuard } from '../socket/reply-guard.ts';
import { ownEndpoint } from './target-of.ts';

/** Gives a client that asks one question its socket: not proven, because its answer is the proof. */
export function plainConnector(driver: Driver, open: OpenSocket, maxReplyBytes: number): DriverConnector {
  const abort = new AbortController();
  return {
    async connect() {
      const socket = await open(ownEndpoint(driver.options), { signal: abort.signal, keepAliveMs: 0 });
      abort.signal.addEventListener('abort', () => socket.destroy(), { once: true });
      const guard = new ReplyGuard(driver, driverReplyLimits(maxReplyBytes));
      interceptReads(socket, (chunk, deliver) => {
        guard.pass(chunk, deliver);
        if (guard.breach !== undefined) socket.destroy();
      });
      return socket;
    },
    disconnect: () => abort.abort(new Error('The question is answered.')),
    check: () => true,
  };
}
