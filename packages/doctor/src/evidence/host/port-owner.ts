import { inSmallSteps, openFilesOf, processIds, readProc } from './proc.ts';
import { listeningSockets, type ListeningSocket } from './sockets.ts';

/** The process that listens on a port of this host. */
export interface PortOwner {
  readonly pid: number | undefined;
  readonly program: string | undefined;
  readonly addresses: readonly string[];
  /** Number of connections that the process has not accepted yet. */
  readonly queued: number;
}

/**
 * Finds the process that listens on a port; undefined if no process does. The pid is undefined if this user may not see
 * the process, or if `namesProcess` is false. With `namesProcess: false`, the search through all processes is left out.
 */
export async function portOwner(port: number, namesProcess: boolean): Promise<PortOwner | undefined> {
  const sockets = listeningSockets('/proc/self').filter((socket) => socket.port === port);
  if (sockets.length === 0) return undefined;
  const pid = namesProcess ? await pidOf(sockets) : undefined;
  return {
    pid,
    program: pid === undefined ? undefined : readProc(`/proc/${pid}/comm`).trim(),
    addresses: sockets.map(({ address }) => address),
    queued: Math.max(...sockets.map(({ queued }) => queued)),
  };
}

async function pidOf(sockets: readonly ListeningSocket[]): Promise<number | undefined> {
  const wanted = new Set(sockets.map(({ inode }) => `socket:[${inode}]`));
  const owners = await inSmallSteps(processIds(), (pid) =>
    openFilesOf(pid).some((link) => wanted.has(link)) ? Number(pid) : undefined,
  );
  return owners.find((pid) => pid !== undefined);
}
