import { createRedisResilience } from '@redis-resilience/core';
import { connectRedisClient, resilientSessionStore } from '@redis-resilience/fallback/sessions';
import { RedisStore } from 'connect-redis';
import session, { type Store } from 'express-session';
import type { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { Contestant } from '../contestant.js';
import { guidesOptions, type IoredisSettings } from '../peers/ioredis-peer.js';
import { addressOf, ioredisOf } from './single-clients.js';
import { expressApp, WebApp } from './web-app.js';

const packages = ['express', 'express-session', 'connect-redis'];

/** express-session on connect-redis: `/in?user=ada` signs a user in, and `/me` returns who is signed in. */
export const sessionStacks: readonly Contestant<WebApp>[] = [
  {
    name: 'connect-redis',
    label: 'connect-redis, node-redis',
    setup: 'connect-redis on node-redis with its defaults',
    packages: [...packages, 'redis'],
    create(target) {
      const client = createClient({ socket: addressOf(target) });
      client.on('error', ignore);
      client.connect().catch(ignore);
      return sessionApp(new RedisStore({ client }), () => client.destroy());
    },
  },
  onIoredis('connect-redis-ioredis', 'connect-redis, ioredis', 'ioredis with its defaults', {}),
  onIoredis(
    'connect-redis-guides',
    'connect-redis, ioredis, guides',
    'ioredis with the options that guides recommend',
    guidesOptions,
  ),
  {
    name: 'ours',
    label: 'Redis Resilience',
    setup: 'the session store of `@redis-resilience/fallback` around connect-redis, with its defaults',
    packages: [...packages, '@redis-resilience/fallback', 'ioredis'],
    create(target) {
      const resilience = createRedisResilience(addressOf(target));
      const inner = new RedisStore({ client: connectRedisClient(resilience) });
      const store = resilientSessionStore(inner, resilience);
      return sessionApp(store, async () => {
        await store.kept.close();
        await resilience.close({ drainMs: 0 });
      });
    },
  },
];

function onIoredis(
  name: string,
  label: string,
  client: string,
  options: IoredisSettings,
): Contestant<WebApp> {
  return {
    name,
    label,
    setup: `connect-redis on ${client}, with its methods renamed to those that connect-redis calls`,
    packages: [...packages, 'ioredis'],
    create(target) {
      const client = ioredisOf(target, options);
      return sessionApp(new RedisStore({ client: renamed(client) }), () => client.disconnect());
    },
  };
}

/** connect-redis 9 and 10 expect a node-redis client; this is a typical adapter for ioredis. */
function renamed(client: Redis) {
  return {
    get: (key: string) => client.get(key),
    set: (key: string, value: string, { expiration }: { expiration: { value: number } }) =>
      client.set(key, value, 'EX', expiration.value),
    expire: (key: string, seconds: number) => client.expire(key, seconds),
    del: (keys: string[]) => client.del(keys),
  };
}

function sessionApp(store: Store, end: () => unknown): WebApp {
  const application = expressApp((app) => {
    app.use(session({ store, secret: 'keyboard cat', resave: false, saveUninitialized: false }));
    app.get('/in', (req, res) => {
      Object.assign(req.session, { user: req.query['user'] });
      res.send('in');
    });
    app.get('/me', (req, res) => void res.send((req.session as { user?: string }).user ?? 'nobody'));
  });
  return new WebApp(application, end);
}

function ignore(): void {
  // The requests tell.
}
