import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { RedisStore } from 'connect-redis';
import { RedisStore as RedisStore9 } from 'connect-redis-9';
import fastify from 'fastify';
import Koa from 'koa';
import session from 'koa-session';
import { koaSessionStore, resilientSessionStore } from '@redis-resilience/fallback/sessions';
import type { Stage, Subject } from '../subject.js';
import { nodeRedisOf } from './node-redis-front.js';

interface CallbackStore {
  set(id: string, data: unknown, callback: (error?: unknown) => void): unknown;
  get(id: string, callback: (error: unknown, data?: unknown) => void): unknown;
}

const data = { cookie: { maxAge: 60_000 }, user: 1 };

function throughStore(Store: typeof RedisStore): Subject {
  return (stage) => {
    const { client, close } = nodeRedisOf(stage);
    const inner = new Store({ client: client as never });
    const resilient = stage.way === 'helper' ? resilientSessionStore(inner, stage.resilience) : undefined;
    const store = (resilient ?? inner) as unknown as CallbackStore;
    return {
      call: async (i) => {
        await new Promise<void>((resolve, reject) =>
          store.set(`s${i % 10}`, { ...data, i }, (error) => (error ? reject(error) : resolve())),
        );
        await new Promise((resolve, reject) =>
          store.get(`s${i % 10}`, (error, found) => (error ? reject(error) : resolve(found))),
        );
        return (await liveOf(stage)) ? 'done' : 'fallback';
      },
      close: async () => {
        close();
        await resilient?.kept.close();
      },
    };
  };
}

/** express-session with the store connect-redis 10. */
export const connectRedis10 = throughStore(RedisStore);

/** express-session with the store connect-redis 9. */
export const connectRedis9 = throughStore(RedisStore9 as never);

/** koa-session: a session that counts its visits. */
export const koa: Subject = async (stage) => {
  const store =
    stage.way === 'helper'
      ? koaSessionStore(stage.resilience)
      : {
          get: async (key: string) => JSON.parse((await stage.client.get(key)) ?? 'null') as object,
          set: async (key: string, value: object) =>
            void (await stage.client.set(key, JSON.stringify(value), 'PX', 60_000)),
          destroy: async (key: string) => void (await stage.client.del(key)),
        };
  const app = new Koa();
  app.silent = true;
  app.keys = ['key'];
  app.use(session({ store }, app as never) as never);
  app.use((ctx) => {
    const own = ctx['session'] as { visits?: number };
    own.visits = (own.visits ?? 0) + 1;
    ctx.body = 'ok';
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  return {
    call: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
      if (answer.status !== 200) throw new Error(String(answer.status));
      return (await liveOf(stage)) ? 'done' : 'fallback';
    },
    close: async () => {
      server.close();
      if ('kept' in store) await (store as { kept: { close(): Promise<void> } }).kept.close();
    },
  };
};

/** @fastify/session with the store connect-redis 10. */
export const fastifySessions: Subject = async (stage) => {
  const { client, close } = nodeRedisOf(stage);
  const inner = new RedisStore({ client: client as never });
  const resilient = stage.way === 'helper' ? resilientSessionStore(inner, stage.resilience) : undefined;
  const app = fastify();
  await app.register(cookie);
  await app.register(fastifySession, {
    secret: 'a secret of at least thirty-two letters',
    cookie: { secure: false },
    store: resilient ?? inner,
  });
  app.get('/', (request) => {
    request.session.set('visits' as never, 1 as never);
    return 'ok';
  });
  await app.ready();
  return {
    call: async () => {
      const answer = await app.inject('/');
      if (answer.statusCode !== 200) throw new Error(String(answer.statusCode));
      return (await liveOf(stage)) ? 'done' : 'fallback';
    },
    close: async () => {
      await app.close();
      close();
      await resilient?.kept.close();
    },
  };
};

/** Whether Redis answers; a request that succeeds without Redis counts as a fallback. */
function liveOf({ producer }: Stage): Promise<boolean> {
  return producer.ping().then(
    () => true,
    () => false,
  );
}
