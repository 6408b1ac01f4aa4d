import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { createRedisResilience } from '@redis-resilience/core';
import { startCluster, startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stage } from '../../fallback/stage.ts';
import { pass } from '../stage/call-loop.ts';

/** Much longer than the tests take, so that no lock ends by itself. */
const ttlMs = 60_000;

const take = (client: Redis | Cluster, token: string): Promise<unknown> =>
  client.set('lock', token, 'PX', ttlMs, 'NX');

describe('a lock that SET NX takes after its caller got an error', () => {
  it.each(['', 'shop:'])('is released, with the key prefix %j', async (keyPrefix) => {
    await using server = await startRedis();
    const { host, port } = server;
    const resilience = createRedisResilience({ host, port, keyPrefix }, { timeoutMs: 300 });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.ready({ timeoutMs: 5000 });
    await server.freeze();
    await expect(take(resilience.client, randomUUID())).rejects.toMatchObject({ outcome: 'unknown' });
    server.thaw();
    await resilience.ready({ timeoutMs: 5000 });
    await waitFor(async () => (await server.command('EXISTS', `${keyPrefix}lock`)) === 0);
    expect(await take(resilience.client, randomUUID())).toBe('OK');
  });

  it('is released in a Cluster', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses }, { timeoutMs: 300 });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.ready({ timeoutMs: 5000 });
    const { client } = resilience;
    expect(await take(client, randomUUID())).toBe('OK');
    await client.del('lock');
    const node = await cluster.primaryOf('lock');
    await node.freeze();
    await expect(take(client, randomUUID())).rejects.toMatchObject({ outcome: 'unknown' });
    node.thaw();
    await waitFor(async () => (await take(client, randomUUID()).catch(() => undefined)) === 'OK', {
      timeoutMs: 5000,
    });
  });

  it('is kept if a command that may have seen it is in flight', async () => {
    const { server, resilience } = await stage({}, { timeoutMs: 300 });
    const client = resilience.client as Redis;
    const token = randomUUID();
    await client.rpush('queue', 'job');
    await server.freeze();
    const lost = take(client, token);
    // The blocking command gives the pipeline more time than the lock.
    const seen = client.pipeline().get('lock').blpop('queue', 5).exec();
    await expect(lost).rejects.toMatchObject({ outcome: 'unknown' });
    server.thaw();
    expect((await seen)?.[0]).toEqual([null, token]);
    expect(await client.get('lock')).toBe(token);
    expect(await client.get('lock')).toBe(token);
  });

  it('is not taken from a caller that takes it again with the same token', async () => {
    const { server, resilience } = await stage({}, { timeoutMs: 300 });
    const client = resilience.client as Redis;
    const token = randomUUID();
    await server.freeze();
    let answer: unknown;
    const asking = (async () => {
      while (answer !== 'OK') {
        answer = await take(client, token).catch(() => pass(10));
        await pass(10);
      }
    })();
    await pass(1000);
    server.thaw();
    await asking;
    await pass(200);
    expect(await client.get('lock')).toBe(token);
  });

  it.each([
    ['a value that is no token', ['done', 'PX', ttlMs, 'NX']],
    ['a value that never expires', [randomUUID(), 'NX']],
  ])('is kept if SET NX writes %s', async (_, args) => {
    const { server, resilience } = await stage({}, { timeoutMs: 300 });
    const client = resilience.client as Redis;
    await server.freeze();
    await expect(client.set('lock', ...(args as [string]))).rejects.toMatchObject({ outcome: 'unknown' });
    server.thaw();
    await resilience.ready({ timeoutMs: 5000 });
    expect(await client.get('lock')).toBe(args[0]);
    expect(await client.get('lock')).toBe(args[0]);
  });
});

it('a lock with the same token that somebody else has taken is kept', async () => {
  const { server, resilience } = await stage({}, { timeoutMs: 300 });
  const client = resilience.client as Redis;
  const token = randomUUID();
  await server.command('SET', 'lock', token);
  await server.freeze();
  await expect(take(client, token)).rejects.toMatchObject({ outcome: 'unknown' });
  server.thaw();
  await resilience.ready({ timeoutMs: 5000 });
  expect(await client.get('lock')).toBe(token);
  expect(await client.get('lock')).toBe(token);
});
