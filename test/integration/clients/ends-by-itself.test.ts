import { freePort, startCluster, startRedis, startSentinel } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';

// Uses every feature of a resilience, closes it, and returns what is left in the process.
const script = `
import { createRedisResilience, protect } from '@redis-resilience/core';
import { Redis } from 'ioredis';
const before = process.getActiveResourcesInfo().length;
const listenersBefore = process.eventNames().length;
const target = JSON.parse(process.env.TARGET);
const options = { logger: false };
const resilience = process.env.IS_TAKEN_OVER ? protect(new Redis(target), options) : createRedisResilience(target, options);
const { client } = resilience;
const ignore = () => {};
await Promise.all([client.set('a', '1').catch(ignore), client.get('a').catch(ignore), resilience.applyOnce('id', 'incr', 'b').catch(ignore)].slice(0, process.env.IS_DOWN ? 2 : 3));
const other = client.duplicate();
const subscribed = other.subscribe('news').catch(ignore);
if (!process.env.IS_DOWN) await subscribed;
const worker = client.duplicate();
worker.blpop('queue', 0).catch(ignore);
await resilience.execute((c) => c.get('a')).catch(ignore);
await resilience.close({ drainMs: 100 });
await new Promise((resolve) => setImmediate(resolve));
const left = process.getActiveResourcesInfo().filter((kind) => !/Pipe|TTY/.test(kind));
console.log('left', JSON.stringify(left), process.eventNames().length - listenersBefore, client.status, other.status, worker.status);
`;

describe('a process that has closed its resilience', () => {
  it.concurrent('ends by itself, and nothing is left', async () => {
    await using server = await startRedis();
    await expectToEnd({ host: server.host, port: server.port });
  });

  it.concurrent('ends by itself also when the client was there before', async () => {
    await using server = await startRedis();
    await expectToEnd({ host: server.host, port: server.port }, { IS_TAKEN_OVER: '1' });
  });

  it.concurrent('ends by itself also when Redis was never there', async () => {
    const port = await freePort();
    await expectToEnd({ host: '127.0.0.1', port }, { IS_DOWN: '1' });
  });

  it.concurrent('ends by itself also behind Sentinel', async () => {
    await using group = await startSentinel();
    await expectToEnd({ sentinels: group.sentinelAddresses, name: group.name });
  });

  it.concurrent('ends by itself also with a Cluster', async () => {
    await using cluster = await startCluster();
    await expectToEnd({ cluster: cluster.addresses });
  });
});

// Uses a leased connection, which then stays in the pool, and ends only the client.
const leasing = `
import { createRedisResilience } from '@redis-resilience/core';
const target = JSON.parse(process.env.TARGET);
const resilience = createRedisResilience(target, { logger: false, pool: { min: Number(process.env.MIN) } });
await resilience.lease((client) => client.get('a'), { key: 'a' });
const last = process.env.IS_HELD ? resilience.lease((client) => new Promise((resolve) => setTimeout(resolve, 100)), { key: 'a' }) : undefined;
await resilience.client[process.env.END]();
await last;
console.log('ended');
`;

describe('a process that has ended its client', () => {
  it.concurrent.each([
    ['quit', '0', ''],
    ['disconnect', '0', ''],
    ['quit', '2', ''],
    ['quit', '0', 'yes'],
  ])(
    'by %s() ends by itself with pool.min %s, also if the lease ends later: "%s"',
    async (how, min, held) => {
      await using server = await startRedis();
      await expectSoonOver({ host: server.host, port: server.port }, { END: how, MIN: min, IS_HELD: held });
    },
  );

  it.concurrent('ends by itself also with a Cluster', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await expectSoonOver({ cluster: cluster.addresses }, { END: 'quit', MIN: '0' });
  });
});

async function expectSoonOver(target: unknown, env: Record<string, string>): Promise<void> {
  await using child = new ChildScript(leasing, { TARGET: JSON.stringify(target), ...env });
  await child.line('ended');
  expect(await child.exit(3_000)).toBe(0);
  expect(child.stderr).toBe('');
}

async function expectToEnd(target: unknown, env: Record<string, string> = {}): Promise<void> {
  await using child = new ChildScript(script, { TARGET: JSON.stringify(target), ...env });
  const left = await child.line('left', 15_000);

  expect(left).toBe('[] 0 end end end');
  expect(await child.exit(3_000)).toBe(0);
  expect(child.stderr).toBe('');
}
