import { createRedisResilience, protect, type RedisResilience } from '@redis-resilience/core';
import { startSentinel, waitFor, type RedisServer, type SentinelGroup } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { CallLoop } from '../stage/call-loop.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';

function replicaTarget(group: SentinelGroup) {
  const sentinels = group.sentinels.map(({ host, port }) => ({ host, port }));
  return { sentinels, name: group.name, role: 'slave' as const };
}

function closedAfterwards<R extends RedisResilience>(resilience: R): R {
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience;
}

async function portOf(resilience: RedisResilience): Promise<number> {
  const [, port] = await resilience.client.config('GET', 'port');
  return Number(port);
}

function serverAt(group: SentinelGroup, port: number): RedisServer {
  const server = group.replicas.find((replica) => replica.port === port);
  if (server === undefined) throw new Error('No replica is there.');
  return server;
}

it('a client of replicas is up on a replica, and goes to the other one when that dies or hangs', async () => {
  await using group = await startSentinel();
  const resilience = closedAfterwards(createRedisResilience(replicaTarget(group)));
  await resilience.ready({ timeoutMs: 5_000 });
  expect((await resilience.client.role())[0]).toBe('slave');
  expect(resilience.snapshot()).toMatchObject({ status: 'up', reads: true });

  const first = serverAt(group, await portOf(resilience));
  const loop = new CallLoop(() => resilience.client.get('greeting'));
  await loop.untilAnswered(20);
  await first.kill();
  await waitFor(async () => (await portOf(resilience).catch(() => first.port)) !== first.port, {
    timeoutMs: 2_000,
  });
  await first.start();
  const second = serverAt(group, await portOf(resilience));
  const replicasOfPrimary = async (): Promise<number> =>
    String(await group.primary.command('INFO', 'replication')).split('state=online').length - 1;
  await waitFor(async () => (await replicasOfPrimary()) === 2, { timeoutMs: 10_000 });
  await second.freeze();
  await waitFor(async () => (await portOf(resilience).catch(() => second.port)) !== second.port, {
    timeoutMs: 5_000,
  });
  second.thaw();
  await waitUntilStatus(resilience, 'up');
  await loop.finish();
});

it('a client of replicas takes the preferred one', async () => {
  await using group = await startSentinel();
  for (const { host, port } of group.replicas) {
    const client = new Redis({
      ...replicaTarget(group),
      preferredSlaves: [{ ip: host, port: String(port) }],
      lazyConnect: true,
    });
    const resilience = closedAfterwards(protect(client));
    await resilience.ready({ timeoutMs: 5_000 });
    expect(await portOf(resilience)).toBe(port);
  }
});

it('a client of replicas that must be a primary says that it is none', async () => {
  await using group = await startSentinel();
  const target = replicaTarget(group);
  const resilience = closedAfterwards(createRedisResilience(target, { connection: { role: 'primary' } }));
  await waitUntilStatus(resilience, 'degraded');
  expect(resilience.snapshot()).toMatchObject({ reads: true, writes: false, cause: { code: 'read-only' } });
});
