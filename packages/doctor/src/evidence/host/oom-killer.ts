import { closeSync, constants, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { secondsSince } from './log-line-age.ts';

const killed = /(?:Killed process|oom-kill|Out of memory).*(?:redis-server|valkey-server|keydb-server)/;
const recentSeconds = 3600;
const mostRecords = 5_000;
const kernelLogs = ['/var/log/kern.log', '/var/log/messages', '/var/log/syslog'];

/**
 * Returns at most three lines of the kernel's log which report that the OOM killer ended a Redis process within the
 * last hour. If this user may not read /dev/kmsg, searches the log files of the kernel instead.
 */
export async function gatherOomKills(wallNow: number): Promise<readonly string[]> {
  const lines = kernelMessages();
  if (lines !== undefined) return found(lines);
  const texts = await Promise.all(kernelLogs.map((file) => readFile(file, 'utf8').catch(() => '')));
  return recentOomKills(
    texts.flatMap((text) => text.slice(-64 * 1024).split('\n')),
    wallNow,
  );
}

/**
 * Finds the log lines which report that the OOM killer ended a Redis process within the last hour. Returns at most
 * three of them, the last ones.
 */
export function recentOomKills(lines: readonly string[], wallNow: number): readonly string[] {
  return found(lines.filter((line) => Math.abs(secondsSince(line, wallNow)) <= recentSeconds));
}

function found(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => killed.test(line))
    .map((line) => line.slice(0, 160))
    .slice(-3);
}

// Returns the kernel messages of the last hour; undefined if this user may not read them.
function kernelMessages(): readonly string[] | undefined {
  const lines: string[] = [];
  let file: number | undefined;
  try {
    file = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = Buffer.alloc(8192);
    while (lines.length < mostRecords) {
      // Each read of /dev/kmsg returns one record; a read after the last record throws EAGAIN.
      const length = readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) break;
      const [head = '', message = ''] = buffer.toString('utf8', 0, length).split(';', 2);
      const ageSeconds = uptime() - Number(head.split(',')[2]) / 1e6;
      if (ageSeconds <= recentSeconds) lines.push(message.trim());
    }
  } catch {
    if (file === undefined) return undefined;
  }
  if (file !== undefined) closeSync(file);
  return lines;
}
