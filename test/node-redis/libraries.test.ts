import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import KeyvRedis from '@keyv/redis';
import { isRedisResilienceError, type RedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { createAdapter } from '@socket.io/redis-adapter';
import { createCache } from 'cache-manager';
import { RedisStore as SessionStore } from 'connect-redis';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import { Keyv } from 'keyv';
import { RedisStore as LimitStore, type RedisReply } from 'rate-limit-redis';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from './contract/call-case.ts';
import { front } from './stage.ts';

let server: RedisServer;
let resilience: RedisResilience;
let client: Client;
let unhandled: unknown[];

beforeEach(async () => {
  server = await startRedis();
  onTestFinished(() => server.stop());
  ({ resilience, client } = await front(server.url, { timeoutMs: 300 }));
  unhandled = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
});

/** Faults, each with functions that begin and end it. */
const faults = [
  ['killed', () => server.kill(), () => server.restart()],
  ['frozen', () => server.freeze(), () => Promise.resolve(server.thaw())],
] as const;

/**
 * Runs `work` repeatedly during an outage until the client reports Redis as down, and checks that no run
 * takes long or leaves a rejection unhandled.
 */
async function inOutage(fault: (typeof faults)[number], work: () => Promise<unknown>): Promise<void> {
  const [, breaks, heals] = fault;
  await breaks();
  for (let round = 0; round < 5; round++) {
    const since = Date.now();
    await work();
    // At most two commands in sequence, each with a deadline of 300 ms.
    expect(Date.now() - since).toBeLessThan(600 + 1_000);
  }
  await heals();
  await resilience.ready({ timeoutMs: 10_000 });
  expect(unhandled).toEqual([]);
}

async function orError<T>(promise: Promise<T>): Promise<T | 'away'> {
  try {
    return await promise;
  } catch (error) {
    if (!isRedisResilienceError(error)) throw error;
    return 'away';
  }
}

/** Serves `app`, and returns the status of the response for a path. */
async function serve(app: express.Express): Promise<(path: string, cookie?: string) => Promise<Response>> {
  const http = createServer(app).listen(0, '127.0.0.1');
  onTestFinished(() => void http.close());
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return (path, cookie = '') => fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } });
}

describe.each(faults)('on a client of node-redis in front, while Redis is %s', (...fault) => {
  it('connect-redis and express-session answer at once, and sessions go on', async () => {
    const app = express();
    const store = new SessionStore({ client });
    app.use(session({ store, secret: 'secret', resave: false, saveUninitialized: true }));
    app.get('/', (req, res) => {
      const data = req.session as typeof req.session & { views?: number };
      data.views = (data.views ?? 0) + 1;
      res.json(data.views);
    });
    app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(503).end();
    });
    const ask = await serve(app);
    const first = await ask('/');
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await (await ask('/', cookie)).json()).toBe(2);
    await inOutage(fault, async () => {
      expect((await ask('/', cookie)).status).toBe(503);
    });
    await waitFor(async () => (await ask('/', cookie)).status === 200);
    expect(await store.all()).toHaveLength(1);
    await store.clear();
  });

  it('@keyv/redis and cache-manager miss at once, and store again', async () => {
    const store = new KeyvRedis(client as never);
    const cache = createCache({ stores: [new Keyv({ store, useKeyPrefix: false })] });
    await cache.set('product', { price: 3 }, 60_000);
    expect(await cache.get('product')).toEqual({ price: 3 });
    await inOutage(fault, () =>
      Promise.all([cache.get('product'), cache.set('other', 1).catch(() => undefined)]),
    );
    await waitFor(async () => (await cache.set('product', { price: 4 })) !== undefined);
    await waitFor(async () => (await cache.get<{ price: number }>('product'))?.price === 4);
    await cache.clear();
  });

  it('rate-limit-redis refuses at once, and counts on', async () => {
    const app = express();
    const store = new LimitStore({
      sendCommand: (...args) => client.sendCommand<RedisReply>(args),
    });
    app.use(
      rateLimit({ windowMs: 60_000, limit: 1_000, standardHeaders: 'draft-6', legacyHeaders: false, store }),
    );
    app.get('/', (_req, res) => void res.end('ok'));
    app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(503).end();
    });
    const ask = await serve(app);
    expect((await ask('/')).headers.get('ratelimit-remaining')).toBe('999');
    await inOutage(fault, async () => {
      expect((await ask('/')).status).toBe(503);
    });
    await waitFor(async () => (await ask('/')).status === 200);
  });

  it('@socket.io/redis-adapter delivers again', async () => {
    const ends: (() => Promise<unknown>)[] = [];
    const start = async (own: Client): Promise<{ io: Server; socket: Socket }> => {
      const subscriber = own.duplicate();
      await subscriber.connect();
      const http = createServer().listen(0, '127.0.0.1');
      await once(http, 'listening');
      const sockets = new Server(http, { adapter: createAdapter(own, subscriber) });
      const socket = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
        transports: ['websocket'],
      });
      await once(socket as never, 'connect');
      ends.push(async () => {
        socket.close();
        await sockets.close();
        subscriber.destroy();
      });
      return { io: sockets, socket };
    };
    const other = await client.duplicate().connect();
    const [here, there] = [await start(client), await start(other)];
    const heard: string[] = [];
    there.socket.on('news', (text: string) => heard.push(text));
    await waitFor(async () => {
      here.io.emit('news', 'before');
      return heard.length > 0;
    });
    await inOutage(fault, async () => {
      here.io.emit('news', 'lost');
      await orError(client.get('a'));
    });
    heard.length = 0;
    await waitFor(() => {
      here.io.emit('news', 'after');
      return heard.includes('after');
    });
    for (const end of ends) await end();
    other.destroy();
  });
});

it('rate-limit-redis that starts while Redis is away counts once it is back', async () => {
  await server.kill();
  await waitFor(() => resilience.snapshot().status === 'down');
  const store = new LimitStore({ sendCommand: (...args) => client.sendCommand<RedisReply>(args) });
  void store.init({ windowMs: 60_000 } as never);
  await orError(store.increment('visitor') as Promise<unknown>);
  await server.restart();
  await resilience.ready();
  expect(await store.increment('visitor')).toMatchObject({ totalHits: 1 });
  expect(unhandled).toEqual([]);
});
