import { createRequire } from 'node:module';
import underPressure from '@fastify/under-pressure';
import fastify from 'fastify';
import { Repository, Schema } from 'redis-om';
import type { createClient as CreateClient } from 'redis';
import { RedisStore } from 'rate-limit-redis';
import { freePort, startRedis, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../../slack.ts';
import { connect, stage, timed } from '../stage.ts';

// The version 4 of node-redis on which redis-om depends.
const { createClient } = createRequire(import.meta.resolve('redis-om'))('redis') as {
  createClient: typeof CreateClient;
};

it('rate-limit-redis without its helper counts again if the process was started without Redis', async () => {
  const port = await freePort();
  const { client } = connect(`redis://127.0.0.1:${port}`);
  const store = new RedisStore({
    sendCommand: (name, ...args) => client.call(name, ...args) as never,
  });
  const started = store.init({ windowMs: 60_000 } as never);
  await expect(client.ping()).rejects.toThrow(/unavailable/);
  await expect(client.ping()).rejects.toThrow(/unavailable/);
  const counted = store.increment('somebody');
  await using server = await startRedis({ port });
  expect(server.port).toBe(port);
  await started;
  expect(await counted).toMatchObject({ totalHits: 1 });
  expect(await store.increment('somebody')).toMatchObject({ totalHits: 2 });
});

async function breakDown(server: RedisServer, how: 'killed' | 'frozen'): Promise<void> {
  if (how === 'killed') await server.kill();
  else await server.freeze();
}

describe.each(['killed', 'frozen'] as const)('while Redis is %s', (how) => {
  it('@fastify/under-pressure answers /status from what the protected client says', async () => {
    const { server, resilience } = await stage();
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(underPressure, {
      healthCheck: () =>
        resilience.execute((redis) => redis.ping().then(Boolean), { timeoutMs: 200, fallback: () => false }),
      healthCheckInterval: 0,
      exposeStatusRoute: true,
    });
    await app.ready();
    expect((await app.inject('/status')).statusCode).toBe(200);
    await breakDown(server, how);
    for (let time = 0; time < 2; time++) {
      const { ms, value } = await timed(() => app.inject('/status'));
      expect(value?.statusCode).toBe(503);
      expect(ms).toBeLessThan(200 + slackMs);
    }
  });

  it('redis-om, which brings a client of its own, answers by its fallback under execute()', async () => {
    const { server, resilience } = await stage();
    const client = createClient({ url: server.url });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    await client.connect();
    const schema = new Schema('album', { title: { type: 'string' } }, { dataStructure: 'HASH' });
    const repository = new Repository(schema, client as never);
    await repository.save('1', { title: 'Blue' });
    await breakDown(server, how);
    // redis-om throws errors of its own, so the test catches them, and `timeoutMs` ends calls that hang.
    const fetchAlbum = (): Promise<unknown> => repository.fetch('1').catch(() => 'fallback');
    const { ms, value } = await timed(() =>
      resilience.execute(fetchAlbum, { timeoutMs: 200, fallback: () => 'fallback' }),
    );
    expect(value).toBe('fallback');
    expect(ms).toBeLessThan(200 + slackMs);
  });
});

it('Fastify boots while Redis is away, with the protected client in the place of @fastify/redis', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await server.kill();
  const resilience = connect(server.url);
  const app = fastify();
  onTestFinished(() => app.close());
  app.decorate('redis', { getter: () => resilience.client });
  app.get('/', () =>
    resilience.execute((redis) => redis.get('key'), { timeoutMs: 250, fallback: () => 'fallback' }),
  );
  const { ms, value } = await timed(() => app.inject('/'));
  expect(value?.body).toBe('fallback');
  expect(ms).toBeLessThan(250 + slackMs);
});
