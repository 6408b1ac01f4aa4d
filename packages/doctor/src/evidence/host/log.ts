import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisProcess } from './processes.ts';

/** The last line in the server's log that reports an error. */
export interface LogEvidence {
  readonly file: string;
  readonly lastError: string;
}

const configFolders = ['/etc/redis', '/etc/valkey', '/usr/local/etc'];
const usualLogs = [
  '/var/log/redis/redis-server.log',
  '/var/log/redis/redis.log',
  '/var/log/valkey/valkey.log',
];
const tailBytes = 64 * 1024;

/**
 * Finds the last error in the log of a server. If the log file of the running server is not known, reads the log files
 * that the configuration files on this host name for a server on this port.
 */
export async function gatherLog(
  serving: RedisProcess | undefined,
  port: number,
): Promise<LogEvidence | undefined> {
  const files = serving?.outputFile === undefined ? await logsOfPort(port) : [serving.outputFile];
  for (const file of files) {
    const lastError = lastErrorOf(await tail(file));
    if (lastError !== undefined) return { file, lastError };
  }
  return undefined;
}

async function logsOfPort(port: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of configFolders) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.conf'))) {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      const isOfPort = Number(/^\s*port\s+(\d+)/m.exec(text)?.[1] ?? 6379) === port;
      const file = /^\s*logfile\s+"?([^"\s]+)"?/m.exec(text)?.[1];
      if (isOfPort && file?.startsWith('/')) found.push(file);
    }
  }
  return found.length > 0 || port !== 6379 ? found : usualLogs;
}

async function tail(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const length = Math.min(size, tailBytes);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

const trouble =
  /fail|error|fatal|can't|cannot|denied|out of memory|no space|killed|crash|abort|refus|MISCONF|not enough|corrupt|bad file|unable/i;
const harmless = /Warning: no config file|WARNING: The TCP backlog|overcommit_memory|oO0OoO0OoO0Oo/i;

// Returns the last line that reports an error. Never returns a line that quotes the configuration, such as
// `>>> 'requirepass ...'`, because it may contain credentials.
function lastErrorOf(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.includes('>>>'));
  const bad = lines.findLast((line) => trouble.test(line) && !harmless.test(line) && !mentionsSecret(line));
  return bad?.trim().slice(0, 200);
}

function mentionsSecret(line: string): boolean {
  return /requirepass|masterauth|auth-pass|sentinel-pass|\bAUTH\b|password|>\S{6,}/i.test(line);
}
