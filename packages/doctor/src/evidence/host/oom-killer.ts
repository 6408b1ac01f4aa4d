import { closeSync, constants, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const killed = /(?:Killed process|oom-kill|Out of memory).*(?:redis-server|valkey-server|keydb-server)/;
const mostRecords = 5_000;
const kernelLogs = ['/var/log/kern.log', '/var/log/messages', '/var/log/syslog'];

/** Traces of the kernel's OOM killer having ended a Redis. Needs the right to read the kernel's log. */
export async function gatherOomKills(): Promise<readonly string[]> {
  const lines = kernelMessages();
  if (lines.length > 0) return found(lines);
  const texts = await Promise.all(kernelLogs.map((file) => readFile(file, 'utf8').catch(() => '')));
  return found(texts.flatMap((text) => text.slice(-256 * 1024).split('\n')));
}

function found(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => killed.test(line))
    .map((line) => line.slice(0, 160))
    .slice(-3);
}

function kernelMessages(): readonly string[] {
  const lines: string[] = [];
  let file: number | undefined;
  try {
    file = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = Buffer.alloc(8192);
    while (lines.length < mostRecords) {
      // One record at each read; EAGAIN, thrown, after the last.
      const length = readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) break;
      const [, message = ''] = buffer.toString('utf8', 0, length).split(';', 2);
      lines.push(message.trim());
    }
  } catch {
    // No right to read, or no record left.
  }
  if (file !== undefined) closeSync(file);
  return lines;
}
