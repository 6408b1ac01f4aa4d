import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { systemClock } from '@redis-resilience/core';

/**
 * Reads of /proc are synchronous: its files are in memory, so reading one takes microseconds, which is less than a trip
 * to the thread pool. Loops over many files use `inSmallSteps`, so that they do not block the event loop. A table of
 * sockets has a line for each socket of the machine, and is read with `readProcParts`.
 */

export function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const partBytes = 16_384;

/**
 * The parts of a file in order, each of whole lines as the kernel makes them, so that a caller can stop early: the
 * kernel works only for the parts that are read.
 */
export function* readProcParts(file: string): Generator<string> {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return;
  }
  try {
    const part = Buffer.allocUnsafe(partBytes);
    for (let length = readPart(descriptor, part); length > 0; length = readPart(descriptor, part)) {
      yield part.toString('latin1', 0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

function readPart(descriptor: number, part: Buffer): number {
  try {
    return readSync(descriptor, part);
  } catch {
    return 0;
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
