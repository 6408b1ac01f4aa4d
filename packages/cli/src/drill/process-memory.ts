import { readdir, readFile } from 'node:fs/promises';

const bytesPerMb = 1024 * 1024;

/** Returns the resident memory of a process and its descendants in MB; undefined on a system without /proc. */
export async function memoryOf(pid: number): Promise<number | undefined> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')));
  const known = new Map(stats.flatMap((line) => parse(line)).map((each) => [each.pid, each]));
  if (!known.has(pid)) return undefined;
  let pages = 0;
  for (const each of known.values()) if (descends(each.pid, pid, known)) pages += each.pages;
  return Math.round((pages * 4096) / bytesPerMb);
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly pages: number;
}

function parse(line: string): Entry[] {
  // The name of the program is in parentheses and may itself contain spaces and parentheses.
  const end = line.lastIndexOf(')');
  if (end === -1) return [];
  const fields = line.slice(end + 2).split(' ');
  return [{ pid: Number.parseInt(line, 10), parent: Number(fields[1]), pages: Number(fields[21]) }];
}

function descends(pid: number, ancestor: number, known: ReadonlyMap<number, Entry>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = known.get(at)?.parent) {
    if (at === ancestor) return true;
  }
  return false;
}
