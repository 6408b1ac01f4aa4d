import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { systemClock } from '@redis-resilience/core';

/**
 * The kernel's files about processes. They lie in memory: reading one takes microseconds, and asking the thread pool
 * takes longer than that. Whoever reads many gives way now and then.
 */

export function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function listProc(folder: string): readonly string[] {
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

/** The ids of all processes that may be seen. */
export function processIds(): readonly string[] {
  return listProc('/proc').filter((name) => /^\d+$/.test(name));
}

/** Whatever a process has open, as the kernel names it: `socket:[4711]`. */
export function openFilesOf(pid: number | string): readonly string[] {
  return listProc(`/proc/${pid}/fd`).map((file) => linkOf(`/proc/${pid}/fd/${file}`));
}

const atOnce = 100;

/** Goes through many items and lets others run after every hundred. */
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
