import { createRedisResilience } from '@redis-resilience/core';
import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { bulk, honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';
import { errorOf } from '../stage/outcome-of.ts';

const node = `*2\r\n${bulk('127.0.0.1')}:1\r\n`;

it.each([
  '$-1\r\n',
  '*1\r\n$-1\r\n',
  '*1\r\n*3\r\n$-1\r\n:5\r\n*1\r\n$-1\r\n',
  `*1\r\n*3\r\n:0\r\n:4294967295\r\n${node}`,
  `*1\r\n*3\r\n:-5\r\n:5\r\n${node}`,
  `*1\r\n*3\r\n:9\r\n:5\r\n${node}`,
  '*1\r\n*3\r\n:0\r\n:16383\r\n$-1\r\n',
  '*4294967296\r\n',
  '>1\r\n_\r\n',
])('a cluster that answers CLUSTER SLOTS with %j is down, and up when it answers well', async (slots) => {
  await using server = await HostileServer.start();
  server.hostility = (command) => (isSlots(command) ? slots : honest);
  const resilience = createCluster(server);
  try {
    expect(await errorOf(resilience.client.get('key'))).toMatchObject({ outcome: 'not-applied' });
    server.hostility = () => honest;
    await waitFor(() => resilience.snapshot().status === 'up', { timeoutMs: 8_000, message: 'the cluster' });
    expect(await resilience.client.get('key')).toBe('value of key');
  } finally {
    await resilience.close();
  }
});

it.each(['-MOVED\r\n', '-MOVED 5\r\n', '-MOVED __proto__ 1\r\n', '-ASK\r\n', '-ASK 5 nowhere\r\n'])(
  'a node of a cluster that answers %j loses its connection, and is used again when it answers well',
  async (redirection) => {
    await using server = await HostileServer.start();
    const resilience = createCluster(server);
    try {
      await resilience.ready({ timeoutMs: 8_000 });
      const before = server.accepted;
      server.hostility = ([name]) => (name?.toLowerCase() === 'get' ? redirection : honest);
      await errorOf(resilience.client.get('key'));
      await waitFor(() => server.accepted > before, { message: 'another connection' });
      server.hostility = () => honest;
      await untilServed(resilience);
    } finally {
      await resilience.close();
    }
  },
);

it('a name that cannot be resolved, announced by one node, does not keep a cluster from being found again', async () => {
  await using server = await HostileServer.start();
  const resilience = createCluster(server);
  try {
    await resilience.ready({ timeoutMs: 8_000 });
    const slots = `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n${bulk('no-such-host.invalid')}:1\r\n`;
    server.hostility = (command) => (isSlots(command) ? slots : honest);
    await new Promise((resolve) => resilience.client.refreshSlotsCache(resolve));
    await waitFor(() => resilience.snapshot().cause?.code === 'dns', {
      message: 'the loss of the only node',
    });
    server.hostility = () => honest;
    await untilServed(resilience);
  } finally {
    await resilience.close();
  }
});

it('a cluster that is closed while the names of its startup nodes are being resolved ends', async () => {
  const resilience = createRedisResilience({ cluster: [{ host: 'localhost', port: 1 }] }, { logger: false });
  await resilience.close({ drainMs: 0 });
  expect(resilience.client.status).toBe('end');
});

it('a redirection by ASK to a node that cannot be reached fails its own call only', async () => {
  await using server = await HostileServer.start();
  const resilience = createCluster(server);
  const stray: unknown[] = [];
  const onStray = (error: unknown): void => void stray.push(error);
  process.on('unhandledRejection', onStray);
  try {
    await resilience.ready({ timeoutMs: 8_000 });
    server.hostility = ([name]) => (name?.toLowerCase() === 'get' ? '-ASK 5 127.0.0.1:99999\r\n' : honest);
    expect(await errorOf(resilience.client.get('key'))).toMatchObject({ outcome: 'not-applied' });
    server.hostility = () => honest;
    await untilServed(resilience);
    expect(stray).toEqual([]);
  } finally {
    process.off('unhandledRejection', onStray);
    await resilience.close();
  }
});

function createCluster({ host, port }: HostileServer) {
  return createRedisResilience(
    { cluster: [{ host, port }] },
    { logger: false, timeoutMs: 500, connection: { minPeriodMs: 10, maxPeriodMs: 50 } },
  );
}

/** Waits until a call gets a correct reply. */
async function untilServed({ client }: ReturnType<typeof createCluster>): Promise<void> {
  const isServed = async (): Promise<boolean> => (await client.get('key').catch(String)) === 'value of key';
  await waitFor(isServed, { timeoutMs: 8_000, message: 'an answer' });
}

function isSlots([name, what]: readonly string[]): boolean {
  return `${name} ${what}`.toLowerCase() === 'cluster slots';
}
