import { readdir, readFile, readlink } from 'node:fs/promises';
import { listeningSockets, unixSockets, type ListeningSocket } from './sockets.ts';

/** A Redis process on this host. */
export interface RedisProcess {
  readonly pid: number;
  readonly program: string;
  /** One letter of /proc: `S` sleeps, `R` runs, `T` is stopped, `D` waits for a disk, `Z` is dead. */
  readonly state: string;
  readonly listens: readonly ListeningSocket[];
  /** Paths of the unix sockets it listens on. */
  readonly sockets: readonly string[];
  readonly openFiles: number | undefined;
  readonly maxOpenFiles: number | undefined;
  /** Where its output goes, when that is a file. */
  readonly outputFile: string | undefined;
  /** The systemd unit it runs in. */
  readonly unit: string | undefined;
}

const programs = /^(redis-server|redis-sentinel|valkey-server|valkey-sentinel|keydb-server|dragonfly)$/;
const mostProcesses = 64;

/** All Redis processes that this user may see. */
export async function redisProcesses(): Promise<readonly RedisProcess[]> {
  const pids = (await list('/proc')).filter((name) => /^\d+$/.test(name));
  const named = await Promise.all(
    pids.map(async (pid) => ({ pid, program: (await read(`/proc/${pid}/comm`)).trim() })),
  );
  const redises = named.filter(({ program }) => programs.test(program)).slice(0, mostProcesses);
  return Promise.all(redises.map(({ pid, program }) => lookAt(Number(pid), program)));
}

async function lookAt(pid: number, program: string): Promise<RedisProcess> {
  const root = `/proc/${pid}`;
  const [files, limits, status, cgroup, title, outputFile] = await Promise.all([
    list(`${root}/fd`),
    read(`${root}/limits`),
    read(`${root}/status`),
    read(`${root}/cgroup`),
    read(`${root}/cmdline`),
    readlink(`${root}/fd/1`).catch(() => ''),
  ]);
  const links = await Promise.all(files.map((file) => readlink(`${root}/fd/${file}`).catch(() => '')));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const [tcp, unix] = await Promise.all([listeningSockets(root), unixSockets(root)]);
  const listens = tcp.filter(({ inode }) => inodes.has(inode));
  return {
    pid,
    program,
    state: /^State:\s+(\w)/m.exec(status)?.[1] ?? '?',
    listens: listens.length > 0 ? listens : listensByTitle(title),
    sockets: unix.filter(({ inode }) => inodes.has(inode)).map(({ path }) => path),
    openFiles: files.length > 0 ? files.length : undefined,
    maxOpenFiles: numberOf(/^Max open files\s+(\d+)/m.exec(limits)?.[1]),
    outputFile: outputFile.startsWith('/') && !outputFile.startsWith('/dev/') ? outputFile : undefined,
    unit: /([\w@.-]*(?:redis|valkey)[\w@.-]*\.service)/.exec(cgroup)?.[1],
  };
}

// Where its files may not be seen, Redis still writes the address into its own title.
function listensByTitle(title: string): ListeningSocket[] {
  const match = /^\S+ (\S+):(\d+)/.exec(title.replaceAll('\0', ' '));
  const port = Number(match?.[2] ?? 0);
  return match === null || port === 0 ? [] : [{ address: match[1] ?? '', port, inode: '', queued: 0 }];
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
