import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import KeyvRedis from '@keyv/redis';
import { createAdapter } from '@socket.io/redis-adapter';
import { createCache } from 'cache-manager';
import { RedisStore as SessionStore } from 'connect-redis';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import { Keyv } from 'keyv';
import { RedisStore as LimitStore } from 'rate-limit-redis';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import type { Running, Stage, Subject } from '../subject.js';
import { nestCache, nodeRedisOf, redisOm } from './node-redis-front.js';

/** Sends a request to one of the libraries; resolves when its work is done. */
type Request = (index: number) => Promise<void>;

/**
 * An application with a node-redis client and six libraries in their documented default configuration: sessions, rate
 * limits, two caches, entities and web sockets. The application gets 350 requests a second, distributed evenly.
 */
export const sixLibraries: Subject = async (stage) => {
  const { client, close } = nodeRedisOf(stage);
  const web = await webApp(client);
  const nest = await nestCache(stage);
  const albums = await redisOm(stage);
  const sockets = await webSockets(stage);
  const cache = createCache({ stores: [new Keyv({ store: new KeyvRedis(client as never) })] });
  const requests: readonly (readonly [string, Request])[] = [
    ['connect-redis', () => web.ask('/session')],
    ['rate-limit-redis', () => web.ask('/limited')],
    [
      'cache-manager',
      async (i) => {
        await cache.set(`c${i % 20}`, i, 60_000);
        if ((await cache.get(`c${i % 20}`)) !== i) throw new Error('The value is not cached');
      },
    ],
    ['nest-cache', async (i) => doneBy(await nest.call(i))],
    ['redis-om', async (i) => doneBy(await albums.call(i))],
  ];
  return {
    everyMs: 1000 / 350,
    call: async (i) => {
      const next = requests[i % (requests.length + 1)];
      if (next === undefined) {
        sockets.emit(i);
        return 'fallback';
      }
      const [part, request] = next;
      await request(i);
      stage.done(i, part);
      return 'fallback';
    },
    close: async () => {
      await sockets.close();
      await Promise.all([nest.close(), albums.close()]);
      web.close();
      close();
    },
  };
};

function doneBy(answer: Awaited<ReturnType<Running['call']>>): void {
  if (answer !== 'done') throw new Error('It was answered without Redis');
}

async function webApp(client: unknown): Promise<{ ask(path: string): Promise<void>; close(): void }> {
  const app = express();
  const store = new SessionStore({ client });
  const sendCommand = (...args: string[]): Promise<never> =>
    (client as { sendCommand(args: string[]): Promise<never> }).sendCommand(args);
  app.use('/session', session({ store, secret: 'secret', resave: false, saveUninitialized: true }));
  app.use(
    '/limited',
    rateLimit({ windowMs: 60_000, limit: 1e9, store: new LimitStore({ sendCommand }), validate: false }),
  );
  app.use((_req, res) => void res.send('ok'));
  app.use(((_error, _req, res, _next) => void res.status(503).end()) as express.ErrorRequestHandler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let cookie = '';
  return {
    ask: async (path) => {
      const answer = await fetch(`http://127.0.0.1:${portOf(server)}${path}`, { headers: { cookie } });
      await answer.text();
      if (path === '/session') cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      if (answer.status !== 200) throw new Error(String(answer.status));
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts two Socket.IO servers that reach each other's clients through Redis. */
async function webSockets(stage: Stage): Promise<{ emit(index: number): void; close(): Promise<void> }> {
  const start = async (): Promise<{ http: HttpServer; server: Server; ends: readonly (() => unknown)[] }> => {
    const [pub, sub] = [nodeRedisOf(stage), nodeRedisOf(stage)];
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const server = new Server(http, { adapter: createAdapter(pub.client, sub.client) });
    return { http, server, ends: [pub.close, sub.close] };
  };
  const [sender, receiver] = [await start(), await start()];
  const visitor = io(`http://127.0.0.1:${portOf(receiver.http)}`, { transports: ['websocket'] });
  visitor.on('call', (index: number) => stage.done(index, 'socket.io'));
  await new Promise<void>((resolve) => visitor.once('connect', () => resolve()));
  return {
    emit: (index) => void sender.server.emit('call', index),
    close: async () => {
      visitor.disconnect();
      for (const { server, ends } of [sender, receiver]) {
        await server.close();
        for (const end of ends) end();
      }
    },
  };
}

function portOf(server: HttpServer): number {
  return (server.address() as AddressInfo).port;
}
