import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Deadline } from '../../deadline.ts';
import type { Endpoint } from '../../target/walk-target.ts';
import { dial } from '../../wire/dial.ts';

/** The result of connecting to one address. `code` is undefined if the address accepted the connection. */
export interface TcpAttempt {
  readonly address: string;
  readonly code: string | undefined;
  readonly durationMs: number;
}

export interface TcpEvidence {
  readonly attempts: readonly TcpAttempt[];
  /** The address of the connection that the next steps use; undefined if no address accepted a connection. */
  readonly connectedTo: string | undefined;
  /** What is at the path of the unix socket, if the socket could not be opened; otherwise undefined. */
  readonly file: FileEvidence | undefined;
}

export interface FileEvidence {
  readonly exists: boolean;
  readonly isSocket: boolean;
  readonly mode: string | undefined;
}

const stragglersMs = 150;
const mostAddresses = 8;

/**
 * Connects to at most 8 addresses of a host name concurrently. If several addresses accept the connection, keeps the
 * connection to the one that is first in the list.
 */
export async function gatherTcp(
  endpoint: Endpoint,
  addresses: readonly string[],
  deadline: Deadline,
): Promise<{ readonly evidence: TcpEvidence; readonly socket: Socket | undefined }> {
  if (endpoint.path !== undefined) return gatherUnix(endpoint.path, deadline);
  const bound = deadline.within(Math.max(deadline.leftMs * 0.6, Math.min(deadline.leftMs, 400)));
  let impatience: Deadline | undefined;
  const hurry = new AbortController();
  const hurried = new Promise<undefined>((resolve) => {
    hurry.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const sockets: (Socket | undefined)[] = [];
  const work = addresses.slice(0, mostAddresses).map(async (address, index): Promise<TcpAttempt> => {
    const dialing = dial({ host: address, port: endpoint.port }, bound);
    const dialed = await Promise.race([dialing, hurried]);
    if (dialed === undefined) {
      void dialing.then(({ socket }) => socket?.destroy());
      return { address, code: 'PENDING', durationMs: stragglersMs };
    }
    sockets[index] = dialed.socket;
    if (dialed.socket !== undefined && impatience === undefined) {
      impatience = bound.within(stragglersMs);
      impatience.signal.addEventListener('abort', () => hurry.abort(), { once: true });
    }
    return { address, code: dialed.code, durationMs: dialed.durationMs };
  });
  const attempts = await Promise.all(work);
  impatience?.release();
  bound.release();
  const chosen = sockets.findIndex((socket) => socket !== undefined);
  for (const [index, socket] of sockets.entries()) if (index !== chosen) socket?.destroy();
  const connectedTo = attempts[chosen]?.address;
  return { evidence: { attempts, connectedTo, file: undefined }, socket: sockets[chosen] };
}

async function gatherUnix(
  path: string,
  deadline: Deadline,
): Promise<{ readonly evidence: TcpEvidence; readonly socket: Socket | undefined }> {
  const { socket, code, durationMs } = await dial({ host: '', port: 0, path }, deadline);
  const attempts = [{ address: path, code, durationMs }];
  const file = code === undefined ? undefined : await lookAt(path);
  return { evidence: { attempts, connectedTo: code === undefined ? path : undefined, file }, socket };
}

async function lookAt(path: string): Promise<FileEvidence> {
  try {
    const found = await stat(path);
    const mode = (found.mode & 0o777).toString(8).padStart(3, '0');
    return { exists: true, isSocket: found.isSocket(), mode };
  } catch {
    return { exists: false, isSocket: false, mode: undefined };
  }
}
