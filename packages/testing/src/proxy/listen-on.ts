import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const retryEveryMs = 20;
const retries = 100;

/**
 * Listens on exactly this port, and waits up to two seconds if the port is busy. If a client closes only its side of a
 * connection, the other side stays open.
 */
export async function listenOn(
  port: number,
  host: string,
  onConnection: (client: Socket) => void,
): Promise<Server> {
  for (let tries = 1; ; tries++) {
    const server = createServer({ allowHalfOpen: true }, onConnection);
    try {
      server.listen({ port, host, exclusive: true });
      await once(server, 'listening');
      server.on('error', () => undefined);
      return server;
    } catch (error) {
      if (!isBusy(error) || tries > retries) throw error;
      await delay(retryEveryMs);
    }
  }
}

/** Refuses new connections from now on. Existing connections stay open. */
export function stopListening(server: Server | undefined): void {
  server?.close();
}

function isBusy(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}
