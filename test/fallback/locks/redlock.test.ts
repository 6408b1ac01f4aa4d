import type { Redis } from 'ioredis';
// @ts-expect-error redlock 4 has no types of its own
import UntypedRedlock from 'redlock';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startCluster, startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { pass } from '../../integration/stage/call-loop.ts';
import { connect, stage, timed } from '../stage.ts';

interface Redlock {
  on(event: 'clientError', listener: () => void): unknown;
  lock(name: string | string[], ttlMs: number): Promise<{ unlock(): Promise<void> }>;
}

/** Much longer than the tests take, so that no lock ends by itself. */
const ttlMs = 60_000;

function redlockOn({ client }: RedisResilience, options: object = { retryCount: 0 }): Redlock {
  const Redlock = UntypedRedlock as new (clients: unknown[], options: object) => Redlock;
  const locks = new Redlock([client], options);
  locks.on('clientError', () => undefined);
  return locks;
}

/** Locks of redlock on a Cluster, and the node that holds the lock of `cart`, which has just been frozen. */
async function frozenNode() {
  const cluster = await startCluster({ nodes: 3, replicas: 0 });
  onTestFinished(() => cluster.stop());
  const resilience = createRedisResilience({ cluster: cluster.addresses }, { timeoutMs: 300 });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  await resilience.ready({ timeoutMs: 5000 });
  const locks = redlockOn(resilience);
  await (await locks.lock('cart', ttlMs)).unlock();
  const node = await cluster.primaryOf('cart');
  await node.freeze();
  return { resilience, locks, node };
}

it.each(['', 'shop:'])(
  'a lock that redlock did not get in a freeze is free after it, with the key prefix %j',
  async (keyPrefix) => {
    await using server = await startRedis();
    const { host, port } = server;
    const resilience = createRedisResilience({ host, port, keyPrefix });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const locks = redlockOn(resilience);
    await (await locks.lock('cart', ttlMs)).unlock();
    await server.freeze();
    await expect(locks.lock(['cart', 'order'], ttlMs)).rejects.toThrow(/^Exceeded/);
    await pass(500);
    server.thaw();
    await resilience.ready({ timeoutMs: 5000 });
    expect(await resilience.client.exists('cart', 'order')).toBe(0);
    await (await locks.lock('cart', ttlMs)).unlock();
  },
);

it('a lock that redlock gets by a retry after a freeze is not taken from it', async () => {
  const { server, resilience } = await stage({}, { timeoutMs: 300 });
  const locks = redlockOn(resilience, { retryCount: 50, retryDelay: 50 });
  await (await locks.lock('cart', ttlMs)).unlock();
  await server.freeze();
  const waiting = locks.lock('cart', ttlMs);
  await pass(1000);
  server.thaw();
  await waiting;
  await pass(200);
  expect(await (resilience.client as Redis).exists('cart')).toBe(1);
});

it('a lock whose reply was lost with the connection is free when the connection is back', async () => {
  await using server = await startRedis();
  await using proxy = await startProxy({ target: server });
  const resilience = connect(proxy.url);
  const locks = redlockOn(resilience);
  await (await locks.lock('cart', ttlMs)).unlock();
  proxy.cutAfter(1, { direction: 'toClient', how: 'silence' });
  const lost = timed(() => locks.lock('cart', ttlMs));
  await waitFor(async () => (await server.command('EXISTS', 'cart')) === 1);
  await proxy.refuse({ reset: true });
  expect((await lost).error?.message).toMatch(/^Exceeded/);
  expect(await server.command('EXISTS', 'cart')).toBe(1);
  await proxy.accept();
  await resilience.ready({ timeoutMs: 5000 });
  await waitFor(async () => (await server.command('EXISTS', 'cart')) === 0);
});

it('a lock that redlock did not get from a frozen node of a Cluster is free after the freeze', async () => {
  const { resilience, locks, node } = await frozenNode();
  await expect(locks.lock('cart', ttlMs)).rejects.toThrow(/^Exceeded/);
  await pass(500);
  node.thaw();
  await waitFor(async () => (await resilience.client.exists('cart')) === 0);
  await (await locks.lock('cart', ttlMs)).unlock();
});

it('a lock whose reply was lost with the connection to a node of a Cluster is free when the connection is back', async () => {
  const { resilience, locks, node } = await frozenNode();
  const lost = timed(() => locks.lock('cart', ttlMs));
  await pass(100);
  const socket = resilience.client
    .nodes('master')
    .find(({ options }) => options.port === node.port) as unknown as { stream: { destroy(): void } };
  socket.stream.destroy();
  expect((await lost).error?.message).toMatch(/^Exceeded/);
  node.thaw();
  await waitFor(async () => (await node.command('EXISTS', 'cart')) === 0, { timeoutMs: 5000 });
  await waitFor(() => resilience.snapshot().status === 'up', { timeoutMs: 5000 });
  await (await locks.lock('cart', ttlMs)).unlock();
});
