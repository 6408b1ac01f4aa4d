import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RawConnection } from './raw-connection.ts';
import { waitFor } from '../wait-for.ts';
import { end, launch } from './launch.ts';

/** The location of the server's data, and how long loading it should take. */
export interface SlowDump {
  readonly binary: string;
  readonly folder: string;
  readonly appendonly: boolean;
  readonly databases: number;
  readonly loadingMs: number;
}

const fillerKeys = 256;
const fillerLifeMs = 250;

/**
 * Prepares the data in `folder` so that the next start of a server spends about `loadingMs` loading it, and meanwhile
 * replies -LOADING. To make loading slow, a helper process adds filler keys to the persisted data. The filler keys
 * expire before any client sees them. Returns the redis.conf directives that the next start needs.
 */
export async function slowDump(dump: SlowDump): Promise<Record<string, string | number>> {
  const path = join(dump.folder, 'filler.sock');
  const confFile = join(dump.folder, 'filler.conf');
  const conf = [
    `port 0`,
    `unixsocket "${path}"`,
    `dir "${dump.folder}"`,
    `save ""`,
    `appendonly ${dump.appendonly ? 'yes' : 'no'}`,
    `databases ${dump.databases}`,
    'rdbcompression no',
  ];
  await writeFile(confFile, `${conf.join('\n')}\n`);
  const { child, control } = await launch({
    binary: dump.binary,
    args: [confFile],
    folder: dump.folder,
    logFile: join(dump.folder, 'filler.log'),
    target: { path },
    waitUntil: 'ready',
    timeoutMs: 10_000,
  });
  let keys = fillerKeys;
  try {
    keys += keysIn(String(await control.send(['INFO', 'keyspace'])));
    await writeFiller(control, dump.appendonly);
  } finally {
    control.close();
    await end(child, 'SIGKILL');
  }
  await delay(fillerLifeMs);
  return {
    'key-load-delay': Math.ceil((dump.loadingMs * 1_000) / keys),
    'loading-process-events-interval-bytes': 1024,
  };
}

async function writeFiller(control: RawConnection, appendonly: boolean): Promise<void> {
  const value = randomBytes(1024).toString('latin1');
  const writes = Array.from({ length: fillerKeys }, (_, index) =>
    control.send(['SET', `redis-resilience:filler:${index}`, value, 'PX', fillerLifeMs]),
  );
  writes.push(control.send([appendonly ? 'BGREWRITEAOF' : 'SAVE']));
  await Promise.all(writes);
  if (!appendonly) return;
  const isWritten = async (): Promise<boolean> =>
    String(await control.send(['INFO', 'persistence'])).includes('aof_rewrite_in_progress:0');
  await waitFor(isWritten, { timeoutMs: 10_000, message: 'the append-only file to be rewritten' });
}

function keysIn(keyspace: string): number {
  const counts = Array.from(keyspace.matchAll(/keys=(\d+)/g), ([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}
