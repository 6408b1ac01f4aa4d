import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, openSync, rmSync, chownSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { diagnose } from '@redis-resilience/doctor';
import { waitFor } from '@redis-resilience/testing';

const run = promisify(execFile);

/**
 * A redis-server process with exactly these arguments, for conditions that `startRedis` of the testing
 * package does not support.
 */
export interface OwnServer extends AsyncDisposable {
  readonly pid: number;
  readonly folder: string;
  readonly socket: string;
  cli(...args: string[]): Promise<string>;
}

export interface OwnServerOptions {
  /** The user id of the process; its folder is given to that user. */
  readonly uid?: number;
}

/** Starts redis-server in its own folder, where it also listens on a unix socket. */
export async function startOwnServer(
  args: readonly string[],
  { uid }: OwnServerOptions = {},
): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-own-'));
  const socket = join(folder, 'own.sock');
  chmodSync(folder, 0o755);
  if (uid !== undefined) chownSync(folder, uid, uid);
  const log = openSync(join(folder, 'redis.log'), 'a');
  const child: ChildProcess = spawn(
    process.env['REDIS_SERVER_BIN'] || 'redis-server',
    [
      '--daemonize',
      'no',
      '--dir',
      folder,
      '--save',
      '',
      '--unixsocket',
      socket,
      '--unixsocketperm',
      '777',
      ...args,
    ],
    { cwd: folder, stdio: ['ignore', log, log], ...(uid !== undefined && { uid, gid: uid }) },
  );
  const cli = async (...words: string[]): Promise<string> =>
    (await run('redis-cli', ['-s', socket, ...words])).stdout.trim();
  await waitFor(async () => existsSync(socket) && (await cli('PING').catch(() => '')) !== '', {
    timeoutMs: 5000,
    message: 'the own server to answer',
  });
  return {
    pid: child.pid ?? 0,
    folder,
    socket,
    cli,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a diagnosis of the target currently has this code as its first finding. */
export async function isDiagnosed(url: string, code: string): Promise<boolean> {
  const { findings } = await diagnose(url, { depth: 'short', host: false, timeoutMs: 1000 });
  return findings[0]?.code === code;
}
