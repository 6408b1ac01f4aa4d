import { createRedisResilience } from '@redis-resilience/core';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

it.concurrent('a subscription made while Redis is away stands when it is back', async () => {
  const port = await freePort();
  const resilience = createRedisResilience({ port });
  const messages: string[] = [];
  resilience.client.on('message', (channel, text) => messages.push(`${channel}: ${text}`));
  const subscribed = resilience.client.subscribe('news', 'weather');
  const dropped = resilience.client.unsubscribe('weather');
  await waitFor(() => resilience.snapshot().attempts >= 8);

  await using server = await startRedis({ port });
  expect(await subscribed).toBe(2);
  expect(await dropped).toBe(1);
  await waitFor(async () => {
    await server.command('PUBLISH', 'weather', 'rain');
    return (await server.command('PUBLISH', 'news', 'text')) === 1;
  });
  await waitFor(() => messages.length > 0);

  expect(new Set(messages)).toEqual(new Set(['news: text']));
  await resilience.close();
});

it.concurrent('a subscription that is ended while Redis is away is over with its client', async () => {
  await using redis = await startProtectedRedis();
  const client = redis.client.duplicate().on('error', () => undefined);
  await client.subscribe('news');
  await redis.server.kill();
  await waitFor(() => client.status !== 'ready');
  const unsubscribed = client.unsubscribe('news');
  client.disconnect();
  expect(await unsubscribed).toBe(0);
});

it.concurrent(
  'SCRIPT LOAD waits for the first connection, because libraries load their scripts once',
  async () => {
    const port = await freePort();
    const resilience = createRedisResilience({ port });
    const loaded = resilience.client.call('SCRIPT', 'LOAD', 'return 1');
    await waitFor(() => resilience.snapshot().attempts >= 8);
    await expect(resilience.client.get('key')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });

    await using server = await startRedis({ port });
    expect(await resilience.client.call('EVALSHA', String(await loaded), 0)).toBe(1);
    expect(await server.command('SCRIPT', 'EXISTS', String(await loaded))).toEqual([1]);
    await resilience.close();
  },
);

it.concurrent('SCRIPT LOAD that is lost with its connection is done when Redis is back', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 300 } });
  await redis.client.ping();
  redis.proxy.blackhole({ existing: true, incoming: true });
  const loaded = redis.client.script('LOAD', 'return 1');
  redis.proxy.reset();
  await waitFor(() => redis.client.status !== 'ready');
  await pass(600);
  await redis.proxy.heal();

  expect(await redis.client.evalsha(String(await loaded), 0)).toBe(1);
});

it.concurrent('SCRIPT LOAD in the middle of an outage fails as other commands do', async () => {
  await using redis = await startProtectedRedis();
  await redis.client.script('LOAD', 'return 1');
  await redis.server.kill();
  await waitFor(() => redis.client.status !== 'ready');
  await expect(redis.client.script('LOAD', 'return 1')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
});

it.concurrent.each(['killed', 'frozen'] as const)(
  'PUBSUB NUMSUB waits while Redis is %s, because adapters of Socket.IO do not handle its failure',
  async (how) => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 300 } });
    const numSub = () => redis.client.pubsub('NUMSUB', 'news');
    await numSub();
    if (how === 'killed') await redis.server.kill();
    else await redis.server.freeze();
    const early = numSub();
    await expect(redis.client.get('key')).rejects.toThrow(/unavailable|deadline|answered/);
    const late = numSub();
    await pass(600);
    await expect(redis.client.pubsub('CHANNELS')).rejects.toThrow(/unavailable|deadline|answered/);
    if (how === 'killed') await redis.server.start();
    else redis.server.thaw();
    expect(await Promise.all([early, late])).toEqual([
      ['news', 0],
      ['news', 0],
    ]);
  },
);

it.concurrent(
  'a blocking call waits through an outage that is longer than its own timeout by less than its deadline',
  async () => {
    await using redis = await startProtectedRedis();
    await redis.server.kill();
    await waitFor(() => redis.client.status !== 'ready');
    const popped = redis.client.blpop('queue', 0.1);
    await pass(600);
    await redis.server.start();
    await redis.server.command('RPUSH', 'queue', 'job');
    expect(await popped).toEqual(['queue', 'job']);
  },
);

it.concurrent(
  'what was issued before quit() is done before it, also when the connection is still being made',
  async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience({ host: server.host, port: server.port });
    const answers = await Promise.all([
      resilience.client.set('key', 'value'),
      resilience.client.incr('count'),
      resilience.client.pipeline().incr('count').exec(),
      resilience.client.multi().incr('count').exec(),
      resilience.client.quit(),
    ]);

    expect(answers).toEqual(['OK', 1, [[null, 2]], [[null, 3]], 'OK']);
    expect(await server.command('GET', 'key')).toBe('value');
    await waitFor(() => resilience.client.status === 'end');
    await resilience.close();
  },
);

it.concurrent('quit() on a server that does not answer ends the client', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 300 } });
  await redis.client.ping();
  redis.proxy.blackhole({ existing: true, incoming: true });
  expect(await redis.client.quit()).toBe('OK');
  await waitFor(() => redis.client.status === 'end');
});

it.concurrent(
  'a blocking call waits for the connection, so that a loop around it does not spin',
  async () => {
    const port = await freePort();
    const resilience = createRedisResilience({ port });
    let rounds = 0;
    const loop = (async () => {
      for (;;) {
        rounds++;
        const popped = await resilience.client.blpop('queue', 2).catch(() => undefined);
        if (popped) return popped;
      }
    })();
    await waitFor(() => resilience.snapshot().attempts >= 12);
    const roundsWhileAway = rounds;
    await using server = await startRedis({ port });
    await server.command('RPUSH', 'queue', 'job');

    expect(await loop).toEqual(['queue', 'job']);
    expect(roundsWhileAway).toBeLessThanOrEqual(2);
    await resilience.close();
  },
);

it.concurrent('blocking commands in a pipeline have the time they asked for', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 400 } });
  await redis.client.ping();
  const answers = redis.client.pipeline().set('key', 'value').blpop('queue', 1).get('key').exec();
  await pass(700);
  await redis.server.command('RPUSH', 'queue', 'job');

  expect(await answers).toEqual([
    [null, 'OK'],
    [null, ['queue', 'job']],
    [null, 'value'],
  ]);
});

it.concurrent('under automatic pipelining each command keeps a fate of its own', async () => {
  await using redis = await startProtectedRedis({ client: { enableAutoPipelining: true } });
  await redis.client.ping();
  const calls = [redis.client.incr('count'), redis.client.get('key')];
  redis.proxy.reset();
  const [incremented, read] = await Promise.allSettled(calls);

  expect(read).toEqual({ status: 'fulfilled', value: null });
  expect(['fulfilled', 'rejected']).toContain(incremented?.status);
});
