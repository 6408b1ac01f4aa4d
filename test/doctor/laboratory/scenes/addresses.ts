import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startOddPeer, startRedis } from '@redis-resilience/testing';
import type { Laboratory } from '../laboratory.ts';
import { doctorInNamespace, namespaceObstacle } from '../namespace.ts';
import { startOwnServer } from '../own-server.ts';

/** No server at the address, or a server at another address. */
export async function addresses(laboratory: Laboratory): Promise<void> {
  const nobody = await freePort();
  await laboratory.check(
    'nobody listens on the port',
    { code: 'connection-refused' },
    `redis://127.0.0.1:${nobody}`,
  );
  {
    await using server = await startRedis({ bind: ['127.0.0.2'] });
    await laboratory.check(
      'Redis is bound to another address',
      { code: 'connection-refused', words: /bound to other addresses.*127\.0\.0\.2/ },
      `redis://127.0.0.1:${server.port}`,
    );
    await laboratory.check(
      'Redis listens on another port',
      { code: 'connection-refused', words: /is listening elsewhere/ },
      `redis://127.0.0.2:${nobody}`,
    );
  }
  {
    await using server = await startRedis({ bind: ['::1'] });
    await laboratory.check('healthy, over IPv6', { code: 'healthy' }, server.url);
    await laboratory.check(
      'Redis is bound to IPv6 only',
      { code: 'connection-refused', words: /::1/ },
      `redis://127.0.0.1:${server.port}`,
    );
  }
  {
    await using server = await startOwnServer(['--port', '0']);
    await laboratory.check(
      'Redis listens on a unix socket only',
      { code: 'connection-refused', words: /is listening elsewhere/ },
      `redis://127.0.0.1:${nobody}`,
    );
    await laboratory.check('healthy, over a unix socket', { code: 'healthy' }, server.socket);
  }
  {
    await using peer = await startOddPeer('unreachable');
    await laboratory.check(
      'the process accepts no connections any more',
      { code: 'connect-timeout', words: /queue is full/ },
      `redis://127.0.0.1:${peer.port}`,
      { timeoutMs: 1500 },
    );
  }
  await unixSockets(laboratory);
  await forbidden(laboratory);
}

async function forbidden(laboratory: Laboratory): Promise<void> {
  const condition = 'a unix socket this user may not use';
  const obstacle = namespaceObstacle('setpriv');
  if (obstacle !== undefined) {
    laboratory.skip(condition, obstacle);
    return;
  }
  await using server = await startOwnServer(['--port', '0', '--unixsocketperm', '700']);
  const prefix = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
  const diagnosis = await doctorInNamespace([], server.socket, [], prefix);
  laboratory.judge(condition, { code: 'connection-refused', words: /may not use/ }, diagnosis);
}

async function unixSockets(laboratory: Laboratory): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-lab-'));
  try {
    await laboratory.check(
      'no unix socket at the path',
      { code: 'connection-refused', words: /no unix socket/ },
      join(folder, 'none.sock'),
    );
    writeFileSync(join(folder, 'file'), 'not a socket');
    await laboratory.check(
      'a file at the path of the unix socket',
      { code: 'connection-refused', words: /no socket/ },
      `unix://${join(folder, 'file')}`,
    );
    const path = join(folder, 'stale.sock');
    await leaveSocketBehind(path);
    await laboratory.check(
      'a unix socket nobody listens on',
      { code: 'connection-refused', words: /leftover/ },
      path,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Leaves a socket file behind: redis-server removes its socket when it stops, but not under another name.
async function leaveSocketBehind(path: string): Promise<void> {
  await using server = await startOwnServer(['--port', '0']);
  renameSync(server.socket, path);
}
