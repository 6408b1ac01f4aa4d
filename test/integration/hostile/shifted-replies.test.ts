import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { waitFor } from '@redis-resilience/testing';
import type { Cluster, Redis } from 'ioredis';
import * as redis from 'redis';
import { expect, it } from 'vitest';
import { honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';
import { newestProtocol } from '../stage/supported-protocols.ts';

type Read = (key: string) => Promise<unknown>;

/**
 * Drops one reply while commands are sent continuously, so that no pause in the replies reveals the loss to core.
 */
async function noticesShift(server: HostileServer, read: Read): Promise<void> {
  expect(await read('a')).toBe('value of a');
  const shifted = new Set<unknown>();
  let checks = 0;
  server.hostility = ([name = '', text = ''], socket) => {
    if (shifted.has(socket) && text.startsWith('order-')) checks++;
    if (shifted.size > 0 || !/^get$/i.test(name)) return honest;
    shifted.add(socket);
    return undefined;
  };
  let isOver = false;
  const readers = Array.from({ length: 10 }, async () => {
    while (!isOver) await read('c').catch(() => undefined);
  });
  const isNoticed = (): boolean => shifted.size > 0 && !server.sockets.some((socket) => shifted.has(socket));
  try {
    await waitFor(isNoticed, { timeoutMs: 5_000, message: 'the end of the shifted connection' });
  } finally {
    isOver = true;
    await Promise.all(readers);
  }
  expect(checks).toBeGreaterThan(0);
  expect(await read('b')).toBe('value of b');
}

async function stage<Client extends Redis | Cluster>(
  make: (server: HostileServer) => RedisResilience<Client>,
  use: (server: HostileServer, resilience: RedisResilience<Client>) => Promise<void>,
): Promise<void> {
  await using server = await HostileServer.start();
  const resilience = make(server);
  try {
    await resilience.ready({ timeoutMs: 8_000 });
    await use(server, resilience);
  } finally {
    await resilience.close({ drainMs: 0 });
  }
}

const options = {
  logger: false,
  timeoutMs: 2_000,
  connection: { minPeriodMs: 10, maxPeriodMs: 50, integrity: 'load', idlePingMs: 200 },
} as const;
const single = ({ host, port }: HostileServer): RedisResilience<Redis> =>
  createRedisResilience({ host, port }, options);

it('a connection whose replies are shifted is noticed through a client of node-redis', () =>
  stage(single, async (server, resilience) => {
    const client = createNodeRedisClient(resilience, redis, { RESP: newestProtocol });
    await client.connect();
    await noticesShift(server, (key) => client.get(key));
  }));

it('a connection whose replies are shifted is noticed in a lease', () =>
  stage(single, (server, resilience) =>
    resilience.lease((client) => noticesShift(server, (key) => client.get(key))),
  ));

it('a connection whose replies are shifted is noticed on a node of a Cluster', () =>
  stage(
    ({ host, port }) => createRedisResilience({ cluster: [{ host, port }] }, options),
    (server, resilience) => noticesShift(server, (key) => resilience.client.get(key)),
  ));
