import net, { type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { Deadline } from '../deadline.ts';

/** One address: a host and port, or the path of a unix socket. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly path?: string | undefined;
}

/** An open socket, or the reason why there is none: an error code of Node, `CLOSED` or `TIMEOUT`. */
export interface Dialed<S extends Socket = Socket> {
  readonly socket: S | undefined;
  readonly code: string | undefined;
  readonly durationMs: number;
}

/** Opens a TCP or unix connection. Never throws. */
export function dial(address: Address, deadline: Deadline): Promise<Dialed> {
  const { host, port, path } = address;
  const socket = path === undefined ? net.connect({ host, port, noDelay: true }) : net.connect({ path });
  return settle(socket, 'connect', deadline);
}

/** Starts TLS on an open connection. Every certificate is accepted, so check `authorized` before you send anything. */
export function startTls(
  raw: Socket,
  host: string,
  options: tls.ConnectionOptions,
  deadline: Deadline,
): Promise<Dialed<TLSSocket>> {
  const named = net.isIP(host) === 0 ? { servername: host } : { host };
  const startedAt = deadline.clock.now();
  try {
    const socket = tls.connect({ ...named, ...options, socket: raw, rejectUnauthorized: false });
    return settle(socket, 'secureConnect', deadline);
  } catch (error) {
    // Node throws synchronously if it cannot parse the key or certificate.
    raw.destroy();
    const { code = 'ERROR' } = error as NodeJS.ErrnoException;
    return Promise.resolve({ socket: undefined, code, durationMs: deadline.clock.now() - startedAt });
  }
}

function settle<S extends Socket>(socket: S, event: string, deadline: Deadline): Promise<Dialed<S>> {
  const startedAt = deadline.clock.now();
  return new Promise((resolve) => {
    const finish = (code: string | undefined): void => {
      socket.removeListener(event, onOpen);
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      deadline.signal.removeEventListener('abort', onAbort);
      if (code !== undefined) {
        socket.on('error', () => undefined);
        socket.destroy();
      }
      const durationMs = deadline.clock.now() - startedAt;
      resolve({ socket: code === undefined ? socket : undefined, code, durationMs });
    };
    const onOpen = (): void => finish(undefined);
    const onError = (error: NodeJS.ErrnoException): void => finish(error.code ?? 'ERROR');
    const onClose = (): void => finish('CLOSED');
    const onAbort = (): void => finish('TIMEOUT');
    socket.once(event, onOpen);
    socket.once('error', onError);
    socket.once('close', onClose);
    deadline.signal.addEventListener('abort', onAbort, { once: true });
    if (deadline.over) onAbort();
  });
}
