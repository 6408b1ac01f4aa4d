import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { waitFor } from '@redis-resilience/testing';
import type { Cluster, Redis } from 'ioredis';
import * as redis from 'redis';
import { expect, it } from 'vitest';
import { honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';

type Read = (key: string) => Promise<unknown>;

/** Loses one reply, and then waits until the reads get their own answers again, from another connection. */
async function noticesShift(server: HostileServer, read: Read): Promise<void> {
  expect(await read('a')).toBe('value of a');
  const before = server.accepted;
  const shifted = new Set<unknown>();
  server.hostility = ([name = ''], socket) => {
    if (shifted.size > 0 || !/^get$/i.test(name)) return honest;
    shifted.add(socket);
    return undefined;
  };
  const reads = Promise.allSettled(Array.from({ length: 300 }, (_, at) => read(`key-${at}`)));
  await waitFor(() => server.accepted > before && server.sockets.every((socket) => !shifted.has(socket)), {
    message: 'the end of the shifted connection',
  });
  await reads;
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
    const client = createNodeRedisClient(resilience, redis);
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
