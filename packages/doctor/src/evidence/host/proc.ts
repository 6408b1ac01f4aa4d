import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { systemClock } from '@redis-resilience/core';

/**
 * Reads of /proc are synchronous: its files are in memory, so reading one takes microseconds, which is less than a trip
 * to the thread pool. Loops over many files use `inSmallSteps`, so that they do not block the event loop.
 */

export function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listProc(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

/** The ids of all processes that this user can see. */
export function processIds(): readonly string[] {
  return listProc('/proc').filter((name) => /^\d+$/.test(name));
}

/** The open files of a process, as the kernel names them, such as `/var/log/redis.log` or `socket:[4711]`. */
export function openFilesOf(pid: number | string): readonly string[] {
  return listProc(`/proc/${pid}/fd`).map((file) => linkOf(`/proc/${pid}/fd/${file}`));
}

const atOnce = 100;

/** Like `items.map(step)`, but yields to the event loop after every 100 items. */
export async function inSmallSteps<T, U>(items: readonly T[], step: (item: T) => U): Promise<readonly U[]> {
  const results: U[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % atOnce === 0) {
      await new Promise<void>((resolve) => {
        systemClock.setImmediate(resolve);
      });
    }
    results.push(step(item));
  }
  return results;
}
