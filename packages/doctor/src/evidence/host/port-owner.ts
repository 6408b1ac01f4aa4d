import { readdir, readFile, readlink } from 'node:fs/promises';
import { listeningSockets, type ListeningSocket } from './sockets.ts';

/** The process that listens on a port of this host. */
export interface PortOwner {
  readonly pid: number | undefined;
  readonly program: string | undefined;
  readonly addresses: readonly string[];
  /** Connections that wait to be accepted. */
  readonly queued: number;
}

/** Finds out who listens on a port. Without the right to look, or the wish to, the process stays unknown. */
export async function portOwner(port: number, namesProcess: boolean): Promise<PortOwner | undefined> {
  const sockets = (await listeningSockets('/proc/self')).filter((socket) => socket.port === port);
  const [first] = sockets;
  if (first === undefined) return undefined;
  const pid = namesProcess ? await pidOf(sockets) : undefined;
  const program = pid === undefined ? undefined : await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return {
    pid,
    program: program?.trim(),
    addresses: sockets.map(({ address }) => address),
    queued: Math.max(...sockets.map(({ queued }) => queued)),
  };
}

async function pidOf(sockets: readonly ListeningSocket[]): Promise<number | undefined> {
  const wanted = new Set(sockets.map(({ inode }) => `socket:[${inode}]`));
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const owners = await Promise.all(
    pids.map(async (pid) => ((await holds(pid, wanted)) ? Number(pid) : undefined)),
  );
  return owners.find((pid) => pid !== undefined);
}

async function holds(pid: string, wanted: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return links.some((link) => wanted.has(link));
}
