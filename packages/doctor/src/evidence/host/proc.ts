import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { systemClock } from '@redis-resilience/core';

/**
 * Reads a file in /proc. These files are in memory: reading one takes microseconds, less than a trip to the thread
 * pool. So the reads here are synchronous, and loops over many files use `inSmallSteps`.
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

/** The open files of a process, as the kernel names them: `socket:[4711]`. */
export function openFilesOf(pid: number | string): readonly string[] {
  return listProc(`/proc/${pid}/fd`).map((file) => linkOf(`/proc/${pid}/fd/${file}`));
}

const atOnce = 100;

/** Maps many items, yielding to the event loop after every hundred. */
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
