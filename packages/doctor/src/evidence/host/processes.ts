import { inSmallSteps, linkOf, openFilesOf, processIds, readProc } from './proc.ts';
import { listeningSockets, unixSockets, type ListeningSocket, type UnixSocket } from './sockets.ts';

/** A Redis process on this host. */
export interface RedisProcess {
  readonly pid: number;
  readonly program: string;
  /**
   * Process state, one letter as in /proc: `S` sleeping, `R` running, `T` stopped, `D` waiting for a disk, `Z` zombie.
   */
  readonly state: string;
  readonly listens: readonly ListeningSocket[];
  /** Paths of the unix sockets that the process listens on. */
  readonly sockets: readonly string[];
  readonly openFiles: number | undefined;
  readonly maxOpenFiles: number | undefined;
  /**
   * The file to which the process writes its standard output. Undefined if the standard output does not go to a file.
   */
  readonly outputFile: string | undefined;
  /** The systemd unit of the process. */
  readonly unit: string | undefined;
}

const programs = /^(redis-server|redis-sentinel|valkey-server|valkey-sentinel|keydb-server|dragonfly)$/;
const mostProcesses = 64;

/** The Redis processes that this user can see, at most 64. */
export async function redisProcesses(): Promise<readonly RedisProcess[]> {
  const named = await inSmallSteps(processIds(), (pid) => ({
    pid: Number(pid),
    program: readProc(`/proc/${pid}/comm`).trim(),
  }));
  const redises = named.filter(({ program }) => programs.test(program)).slice(0, mostProcesses);
  const networks = new Map<string, Network>();
  return inSmallSteps(redises, ({ pid, program }) => lookAt(pid, program, networkOf(pid, networks)));
}

interface Network {
  readonly tcp: readonly ListeningSocket[];
  readonly unix: readonly UnixSocket[];
}

// Returns the listening sockets in the network namespace of a process. Processes in the same network namespace share
// one result.
function networkOf(pid: number, known: Map<string, Network>): Network {
  const namespace = linkOf(`/proc/${pid}/ns/net`) || String(pid);
  const network = known.get(namespace) ?? {
    tcp: listeningSockets(`/proc/${pid}`),
    unix: unixSockets(`/proc/${pid}`),
  };
  known.set(namespace, network);
  return network;
}

function lookAt(pid: number, program: string, { tcp, unix }: Network): RedisProcess {
  const root = `/proc/${pid}`;
  const links = openFilesOf(pid);
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const listens = tcp.filter(({ inode }) => inodes.has(inode));
  const outputFile = linkOf(`${root}/fd/1`);
  const maxOpenFiles = /^Max open files\s+(\d+)/m.exec(readProc(`${root}/limits`))?.[1];
  return {
    pid,
    program,
    state: /^State:\s+(\w)/m.exec(readProc(`${root}/status`))?.[1] ?? '?',
    listens: listens.length > 0 ? listens : listensByTitle(readProc(`${root}/cmdline`)),
    sockets: unix.filter(({ inode }) => inodes.has(inode)).map(({ path }) => path),
    openFiles: links.length > 0 ? links.length : undefined,
    maxOpenFiles: maxOpenFiles === undefined ? undefined : Number(maxOpenFiles),
    outputFile: outputFile.startsWith('/') && !outputFile.startsWith('/dev/') ? outputFile : undefined,
    unit: /([\w@.-]*(?:redis|valkey)[\w@.-]*\.service)/.exec(readProc(`${root}/cgroup`))?.[1],
  };
}

// Returns the socket that a process title names. Redis writes its address into its title, and every user may read the
// title, even one who may not list the open files of the process.
function listensByTitle(title: string): ListeningSocket[] {
  const match = /^\S+ (\S+):(\d+)/.exec(title.replaceAll('\0', ' '));
  const port = Number(match?.[2] ?? 0);
  return match === null || port === 0 ? [] : [{ address: match[1] ?? '', port, inode: '', queued: 0 }];
}
