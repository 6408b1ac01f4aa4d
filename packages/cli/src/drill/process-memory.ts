import { readdir, readFile } from 'node:fs/promises';

const kbPerMb = 1024;

/**
 * Returns the resident memory of a process and its descendants in MB; undefined on a system without /proc. Tests pass
 * another folder as `proc`.
 */
export async function memoryOf(pid: number, proc = '/proc'): Promise<number | undefined> {
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const statuses = await Promise.all(
    pids.map(async (name) => parse(name, await readFile(`${proc}/${name}/status`, 'utf8').catch(() => ''))),
  );
  const known = new Map(statuses.map((each) => [each.pid, each]));
  if (known.get(pid)?.parent === undefined) return undefined;
  let kb = 0;
  for (const each of known.values()) if (descends(each.pid, pid, known)) kb += each.kb;
  return Math.round(kb / kbPerMb);
}

interface Entry {
  readonly pid: number;
  /** The pid of the parent process; undefined if the process has ended meanwhile. */
  readonly parent: number | undefined;
  readonly kb: number;
}

// The memory is read from the line VmRSS, which is missing while a process ends. The file /proc/PID/stat is not used,
// because it counts in pages, whose size depends on the machine.
function parse(name: string, status: string): Entry {
  const field = (pattern: RegExp): number | undefined => {
    const value = pattern.exec(status)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  return { pid: Number(name), parent: field(/^PPid:\s*(\d+)/m), kb: field(/^VmRSS:\s*(\d+) kB/m) ?? 0 };
}

function descends(pid: number, ancestor: number, known: ReadonlyMap<number, Entry>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = known.get(at)?.parent) {
    if (at === ancestor) return true;
  }
  return false;
}
