import net, { type Socket, type TcpSocketConnectOpts } from 'node:net';
import tls from 'node:tls';
import { connectReading } from './borrowed-bytes.ts';
import { carriedBy } from './reset-socket.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

/** Where to connect to, in the form that Node accepts. */
export interface Endpoint {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly family?: number | undefined;
  readonly tls?: tls.ConnectionOptions | undefined;
}

export interface OpenOptions {
  readonly signal: CancelSignal;
  readonly keepAliveMs: number;
  /**
   * Called immediately before connecting begins: when the host name has been resolved, or at once if the host is an
   * address.
   */
  onResolved?(): void;
  /** Called when the TCP (or Unix) connection is established, before the TLS handshake, if there is one. */
  onConnected?(): void;
}

/** Opens a socket to an endpoint, including the TLS handshake. If the promise rejects, no socket is left open. */
export type OpenSocket = (endpoint: Endpoint, options: OpenOptions) => Promise<Socket>;

/** Converts ioredis' `tls` option, where `true` means the defaults. */
export function tlsOf(
  given: tls.ConnectionOptions | boolean | null | undefined,
): tls.ConnectionOptions | undefined {
  if (given === true) return {};
  return given === false || given === null ? undefined : given;
}

/**
 * Returns a name for an endpoint. The name contains no credentials. Connections to endpoints of the same name share a
 * dialer.
 */
export function endpointKey(endpoint: Endpoint): string {
  return endpoint.path ?? `${endpoint.host ?? 'localhost'}:${endpoint.port ?? 6379}`;
}

/**
 * Opens one connection, including TLS. Resolves the host name on each call. On abort, or on any failure, the socket is
 * closed before the promise rejects. `onBegun` is called with the raw socket as soon as it exists.
 */
export function openSocket(
  endpoint: Endpoint,
  options: OpenOptions,
  onBegun: (raw: Socket) => void = ignore,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    // Node reads the bytes of a socket below TLS by itself.
    const connect = endpoint.tls === undefined ? connectReading : net.connect;
    const raw = connect(
      endpoint.path === undefined
        ? {
            ...ofSocket(endpoint.tls),
            host: endpoint.host ?? 'localhost',
            port: endpoint.port ?? 6379,
            family: familyOf(endpoint),
            noDelay: true,
            keepAlive: options.keepAliveMs > 0,
            keepAliveInitialDelay: options.keepAliveMs,
          }
        : { path: endpoint.path },
    );
    onBegun(raw);
    let socket: Socket = raw;
    // `socket.closed` cannot be used here, because it becomes true while the handle is still open.
    let isGone = false;
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
      signal.removeEventListener('abort', onAbort);
      raw.removeListener('error', fail);
      if (socket === raw) return;
      socket.removeListener('error', fail);
      socket.removeListener('close', onClose);
    };
    const fail = (error: Error): void => {
      settle();
      socket.on('error', ignore);
      raw.on('error', ignore);
      socket.destroy();
      raw.destroy();
      if (isGone) reject(error);
      else raw.once('close', () => reject(error));
    };
    const onAbort = (): void => fail(abortReason(signal));
    const onClose = (): void =>
      fail(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
    const onGone = (): void => {
      isGone = true;
      if (!isSettled) onClose();
    };
    const succeed = (): void => {
      settle();
      // A listener that stayed on the socket would keep everything that this attempt used in memory as long as the
      // connection lives.
      raw.removeListener('close', onGone);
      // Until the code that gets the socket adds its listeners, a reset must not crash the process: that code will
      // notice by itself that the socket is closed.
      raw.on('error', ignore);
      if (socket !== raw) socket.on('error', ignore);
      resolve(socket);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // `on` and not `once`, which would wrap the listeners, because `settle` and `succeed` remove them.
    raw.on('error', fail);
    raw.on('close', onGone);
    if (endpoint.path !== undefined || net.isIP(endpoint.host ?? 'localhost') !== 0) options.onResolved?.();
    else raw.once('lookup', () => options.onResolved?.());
    raw.once('connect', () => {
      options.onConnected?.();
      if (endpoint.tls === undefined) {
        succeed();
        return;
      }
      try {
        socket = startTls(raw, endpoint);
      } catch (error) {
        // Node parses certificates and keys only when TLS is started, and throws if they are invalid.
        fail(error as Error);
        return;
      }
      carriedBy(socket, raw);
      socket.once('error', fail);
      socket.once('close', onClose);
      socket.once('secureConnect', succeed);
    });
  });
}

/**
 * Returns the options for the TCP connection that ioredis' option `tls` may contain, because ioredis passes it to
 * `tls.connect` as a whole.
 */
function ofSocket(
  given: tls.ConnectionOptions = {},
): Pick<TcpSocketConnectOpts, (typeof namesOfSocket)[number]> {
  const entries = Object.entries(given).filter(([name]) =>
    (namesOfSocket as readonly string[]).includes(name),
  );
  return Object.fromEntries(entries);
}

const namesOfSocket = [
  'lookup',
  'hints',
  'localAddress',
  'localPort',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
] as const;

/** Returns the IP family as a number. Like a port, a family that comes from an environment variable is a string. */
function familyOf({ family = 0 }: { readonly family?: number | string | undefined }): number {
  return /^[046]$/.test(String(family)) ? Number(family) : (family as number);
}

function startTls(raw: Socket, endpoint: Endpoint): Socket {
  const host = endpoint.host ?? 'localhost';
  const servername = net.isIP(host) === 0 ? host : undefined;
  return tls.connect({
    ...(servername === undefined ? { host } : { host, servername }),
    ...endpoint.tls,
    socket: raw,
  });
}

function abortReason(signal: CancelSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

function ignore(): void {
  // A socket that has already failed may fail again while it is being torn down.
}
