import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe('a subscriber', () => {
  it.each(supportedProtocols)(
    'is subscribed again after a restart, with a gap (RESP%i)',
    async (protocol) => {
      await using redis = await startProtectedRedis({ client: { protocol } });
      using unhandled = new UnhandledRejections();
      const { subscriber, messages } = await subscribe(redis);
      const gaps: { gapMs: number; channels: number }[] = [];
      redis.resilience.on('gap', (gap) => gaps.push(gap));

      await redis.server.restart({ afterMs: 300 });
      await waitFor(() => gaps.length > 0);
      await receives(redis, messages);

      expect(gaps[0]?.channels).toBe(3);
      expect(gaps[0]?.gapMs).toBeGreaterThanOrEqual(250);
      expect(await unhandled.list()).toEqual([]);
      subscriber.disconnect();
    },
  );

  it('is connected again after a PING found its socket dropped in silence', async () => {
    await using redis = await startProtectedRedis();
    const { subscriber, messages } = await subscribe(redis);
    const gaps: unknown[] = [];
    redis.resilience.on('gap', (gap) => gaps.push(gap));

    redis.proxy.blackhole({ existing: true });
    await waitFor(() => gaps.length > 0, { timeoutMs: 5_000 });
    await receives(redis, messages);
    subscriber.disconnect();
  });

  it('is connected again also when it is the main client', async () => {
    await using redis = await startProtectedRedis();
    const messages: string[] = [];
    redis.client.on('message', (_channel: string, message: string) => messages.push(message));
    await redis.client.subscribe('news');

    redis.proxy.blackhole({ existing: true });
    await waitFor(async () => {
      await redis.server.command('PUBLISH', 'news', 'hello');
      return messages.length > 0;
    });
    expect(redis.resilience.snapshot().status).toBe('up');
  });

  it('is told that its permission for a channel was taken, and goes on trying', async () => {
    await using redis = await startProtectedRedis({
      server: { users: [{ name: 'shop', password: 'secret', rules: '~* +@all &*' }] },
      client: { username: 'shop', password: 'secret' },
    });
    using unhandled = new UnhandledRejections();
    const { subscriber, messages } = await subscribe(redis);
    const refusals: { channels: number; code: string }[] = [];
    redis.resilience.on('resubscribe-failed', (refusal) => refusals.push(refusal));

    await redis.server.command('ACL', 'SETUSER', 'shop', 'resetchannels');
    redis.proxy.reset();
    await waitFor(() => refusals.length > 0);
    expect(await unhandled.list()).toEqual([]);
    await redis.server.command('ACL', 'SETUSER', 'shop', 'allchannels');
    await receives(redis, messages);

    expect(refusals[0]?.code).toBe('NOPERM');
    expect(JSON.stringify(refusals)).not.toContain('news');
    subscriber.disconnect();
  });

  it('hears the other channels when it may not hear one any more, and does not get back the one it gave up', async () => {
    await using redis = await startProtectedRedis({
      server: { users: [{ name: 'shop', password: 'secret', rules: '~* +@all &*' }] },
      client: { username: 'shop', password: 'secret' },
    });
    const { subscriber, messages } = await subscribe(redis);
    await subscriber.subscribe('secret', 'given-up');
    const refusals: unknown[] = [];
    redis.resilience.on('resubscribe-failed', (refusal) => refusals.push(refusal));

    await redis.server.command('ACL', 'SETUSER', 'shop', 'resetchannels', '&news', '&weather.*', '&shard');
    redis.proxy.reset();
    await waitFor(() => refusals.length > 0);
    await receives(redis, messages);
    await subscriber.unsubscribe('given-up');
    await redis.server.command('ACL', 'SETUSER', 'shop', 'allchannels');
    await waitFor(async () => (await channelsOf(redis)).includes('secret'));

    expect(await channelsOf(redis)).toEqual(['news', 'secret']);
    subscriber.disconnect();
  });

  it('stays unsubscribed when it unsubscribes during an outage', async () => {
    await using redis = await startProtectedRedis();
    const { subscriber, messages } = await subscribe(redis);
    await redis.server.kill();
    await redis.until('down');
    const unsubscribed = subscriber.unsubscribe('news').then(
      () => true,
      () => false,
    );
    await redis.server.start();
    await redis.until('up');
    const wasAcknowledged = await unsubscribed;
    await waitFor(async () => {
      await redis.server.command('PUBLISH', 'weather.de', 'rain');
      return messages.includes('rain');
    });
    await redis.server.command('PUBLISH', 'news', 'unwanted');
    await redis.server.command('PUBLISH', 'weather.de', 'sun');
    await waitFor(() => messages.includes('sun'));

    expect(wasAcknowledged).toBe(true);
    expect(messages).not.toContain('unwanted');
    subscriber.disconnect();
  });

  it('is not torn down for being silent on a calm connection', async () => {
    await using redis = await startProtectedRedis({ resilience: { connection: { idlePingMs: 100 } } });
    const { subscriber } = await subscribe(redis);
    const { accepted } = redis.proxy;
    await waitFor(async () => (await pingsOf(redis)) > 20, { timeoutMs: 10_000, message: 'pings' });

    expect(redis.proxy.accepted).toBe(accepted);
    subscriber.disconnect();
  });
});

async function subscribe(redis: ProtectedRedis): Promise<{ subscriber: Redis; messages: string[] }> {
  const subscriber = redis.client.duplicate();
  const messages: string[] = [];
  subscriber.on('message', (_channel: string, message: string) => messages.push(message));
  subscriber.on('pmessage', (_pattern: string, _channel: string, message: string) => messages.push(message));
  subscriber.on('smessage', (_channel: string, message: string) => messages.push(message));
  await subscriber.subscribe('news');
  await subscriber.psubscribe('weather.*');
  await subscriber.ssubscribe('shard');
  return { subscriber, messages };
}

/** Resolves when a message has arrived on each of the three kinds of subscription. */
async function receives(redis: ProtectedRedis, messages: string[]): Promise<void> {
  const tag = `now ${performance.now()}`;
  await waitFor(
    async () => {
      await redis.server.command('PUBLISH', 'news', `${tag} news`);
      await redis.server.command('PUBLISH', 'weather.de', `${tag} weather`);
      await redis.server.command('SPUBLISH', 'shard', `${tag} shard`);
      return ['news', 'weather', 'shard'].every((kind) => messages.includes(`${tag} ${kind}`));
    },
    { timeoutMs: 4_000, intervalMs: 20, message: 'messages of each kind' },
  );
}

/** Returns the number of PING commands that the server has received. */
async function pingsOf({ server }: ProtectedRedis): Promise<number> {
  const { cmdstat_ping: stats = '' } = await server.info('commandstats');
  return Number(/calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

async function channelsOf(redis: ProtectedRedis): Promise<string[]> {
  return ((await redis.server.command('PUBSUB', 'CHANNELS')) as string[]).toSorted();
}
