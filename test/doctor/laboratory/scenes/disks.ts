import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import { diagnose } from '@redis-resilience/doctor';
import type { Laboratory } from '../laboratory.ts';
import { makeMemoryGroup } from '../memory-group.ts';
import { doctorInNamespace, namespaceObstacle } from '../namespace.ts';
import { startOwnServer } from '../own-server.ts';

const nobody = 65_534;

/** Saving to disk fails, or the process lacks a permission or a limit is too low. */
export async function disks(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis({ config: { save: '3600 1' } });
  // A folder with the name of the dump makes BGSAVE fail, even for root, which may write to any file.
  mkdirSync(join(server.dir, 'dump.rdb'));
  await server.command('SET', 'a', '1');
  await server.command('BGSAVE');
  const failed = async (): Promise<boolean> =>
    (await server.info('persistence'))['rdb_last_bgsave_status'] === 'err';
  await waitFor(failed, { message: 'the save to fail' });
  await laboratory.check('saving fails, and writes stop', { code: 'persistence' }, server.url);
  await server.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
  await laboratory.check(
    'saving fails, and writes go on',
    { code: 'persistence', severity: 'warning' },
    server.url,
  );
  await fullDisk(laboratory);
  await limits(laboratory);
  await outOfHostMemory(laboratory);
}

async function fullDisk(laboratory: Laboratory): Promise<void> {
  const condition = 'the disk is full, and writes stop';
  const obstacle = namespaceObstacle();
  if (obstacle !== undefined) {
    laboratory.skip(condition, obstacle);
    return;
  }
  const preparations = [
    'mount -t tmpfs -o size=1m tmpfs /mnt',
    "redis-server --port 6379 --dir /mnt --appendonly yes --save '' >/dev/null &",
    'until redis-cli PING >/dev/null 2>&1; do :; done',
    'for i in 1 2 3 4; do head -c 400000 /dev/zero | redis-cli -x SET k$i >/dev/null; done',
    'until redis-cli INFO persistence | grep -q aof_last_write_status:err; do :; done',
  ];
  laboratory.judge(
    condition,
    { code: 'persistence' },
    await doctorInNamespace(preparations, 'redis://127.0.0.1'),
  );
}

async function outOfHostMemory(laboratory: Laboratory): Promise<void> {
  const condition = 'the OOM killer has ended the server';
  const port = await freePort();
  // The limit is low, because a virtual machine may take a second for each megabyte of memory that it uses
  // for the first time.
  const group = makeMemoryGroup(5_000_000);
  if (group === undefined) {
    laboratory.skip(condition, 'needs root and a control group for memory');
    return;
  }
  try {
    await using server = await startOwnServer(['--port', String(port)]);
    writeFileSync(group.tasks, String(server.pid));
    const big = 'x'.repeat(100_000);
    const isGone = async (): Promise<boolean> => {
      await server.cli('DEBUG', 'POPULATE', '100', 'filler', '100000').catch(() => undefined);
      return server.cli('APPEND', 'more', big).then(
        () => false,
        () => true,
      );
    };
    await waitFor(isGone, { timeoutMs: 20_000, message: 'the OOM killer' });
  } finally {
    group.remove();
  }
  laboratory.judge(
    condition,
    { code: 'connection-refused', words: /OOM killer|another|elsewhere/ },
    await diagnose(`redis://127.0.0.1:${port}`),
  );
}

async function limits(laboratory: Laboratory): Promise<void> {
  if (process.getuid?.() !== 0 || !hasProgram('prlimit')) {
    laboratory.skip('the server cannot fork', 'needs root and prlimit');
    laboratory.skip('too few files may be opened', 'needs root and prlimit');
    return;
  }
  const port = await freePort();
  await using server = await startOwnServer(['--port', String(port), '--save', '3600 1'], { uid: nobody });
  const url = `redis://127.0.0.1:${port}`;
  const limit = (pid: number, what: string): void => {
    execFileSync('prlimit', ['--pid', String(pid), what], { uid: nobody, gid: nobody });
  };
  limit(server.pid, '--nproc=1:1');
  await server.cli('SET', 'a', '1');
  await server.cli('BGSAVE');
  await waitFor(async () => (await server.cli('INFO', 'persistence')).includes('rdb_last_bgsave_status:err'));
  await laboratory.check('the server cannot fork', { code: 'persistence', words: /fork/ }, url);
  await server.cli('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
  await laboratory.check(
    'the server cannot fork, and writes go on',
    { code: 'fork-failing', severity: 'warning' },
    url,
  );
  const otherPort = await freePort();
  await using other = await startOwnServer(['--port', String(otherPort)], { uid: nobody });
  limit(other.pid, '--nofile=64:64');
  await laboratory.check(
    'too few files may be opened',
    { code: 'file-descriptors', severity: 'warning' },
    `redis://127.0.0.1:${otherPort}`,
  );
}

function hasProgram(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
