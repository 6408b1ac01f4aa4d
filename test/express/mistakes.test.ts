import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { createRedisResilience, protect, type RedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/express';
import { freePort, startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import express from 'express';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../contract/listen.ts';

let server: RedisServer;
let resilience: RedisResilience;
let close: (() => Promise<unknown>) | undefined;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(() => {
  resilience = createRedisResilience(server.url, { name: 'shop' });
});
afterEach(async () => {
  await close?.();
  await resilience.close();
  close = undefined;
});

async function start(mount: (app: express.Express) => void): Promise<string> {
  const app = express();
  app.set('env', 'test');
  mount(app);
  const listening = await listen(app, resilience);
  ({ close } = listening);
  return listening.origin;
}

/** Returns the error message that an Express application without an error handler shows during development. */
async function textOf(mount: (app: express.Express) => void): Promise<string> {
  const origin = await start(mount);
  return (await (await fetch(origin)).text()).replaceAll('&#39;', "'");
}

describe('a middleware that is not called', () => {
  it.each([redisGuard, redisErrors, redisHealth, requireRedis])('is refused at mount: %o', (factory) => {
    expect(() => express().use(factory as never)).toThrow(`Write ${factory.name}(), with parentheses`);
  });

  it.each([redisGuard, redisErrors, redisHealth, requireRedis])(
    'is refused in a route: %o',
    async (factory) => {
      expect(await textOf((app) => app.get('/', factory as never))).toContain(
        `Write ${factory.name}(), with parentheses`,
      );
    },
  );
});

describe('options of the connection that are given to a middleware', () => {
  it.each<readonly [object, string]>([
    [{ timeoutMs: 5 }, 'Write redisGuard({ resilience: createRedisResilience(url, { timeoutMs }) }).'],
    [{ url: 'redis://here' }, 'Write redisGuard({ resilience: createRedisResilience(url) }).'],
    [{ client: {} }, 'Write redisGuard({ resilience: protect(client) }).'],
  ])('%o', (options, meant) => {
    expect(() => redisGuard(options)).toThrow(meant);
  });

  it('a client', () => {
    const client = new Redis({ lazyConnect: true });
    expect(() => redisGuard({ resilience: client as never })).toThrow('Write protect(client) in its place.');
    expect(protect(client).name).toBe('default');
    client.disconnect();
  });
});

it('options in place of the lane of requireRedis() are named', () => {
  expect(() => requireRedis({ resilience } as never)).toThrow(
    "The first argument of requireRedis() is a lane, 'read' or 'write'. Write requireRedis('write', { resilience }).",
  );
});

describe('redisHealth() as the handler of a route', () => {
  const told: string[] = [];
  const note = ({ message }: Error): void => void told.push(message);
  beforeEach(() => {
    told.length = 0;
    process.on('warning', note);
  });
  afterEach(() => void process.off('warning', note));

  it.each([
    ['', '/health'],
    ['/api', '/status'],
  ])('with a path of its own says what to write: %j %j', async (prefix, name) => {
    // Each message is told only once in a process.
    const path = `${name}-${randomUUID()}`;
    const whole = `${prefix}${path}`;
    const origin = await start((app) => {
      const router = express.Router();
      router.get(path, redisHealth({ resilience, paths: { live: '/alive' } }));
      app.use(prefix, router);
    });
    expect((await fetch(`${origin}${whole}`)).status).toBe(404);
    await waitFor(() => told.length > 0);
    expect(told).toEqual([
      `redisHealth() is mounted on the route ${whole}, but responds at /alive, /readyz and /health/redis. ` +
        `Write app.use(redisHealth({ paths: { health: '${whole}' } })).`,
    ]);
  });

  it('with a path of an endpoint, or on a route with parameters, says nothing, nor after a route', async () => {
    const origin = await start((app) => {
      app.get('/seen', (_req, _res, next) => next());
      app.all('/livez', redisHealth({ resilience }));
      app.get('/:any', redisHealth({ resilience }));
      app.use(redisHealth({ resilience }));
    });
    const asked = ['GET /livez', 'GET /LIVEZ', 'POST /livez', 'GET /any', 'GET /seen'].map((each) =>
      fetch(`${origin}${each.split(' ')[1]}`, { method: each.split(' ')[0] as string }),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 404, 404, 404, 404]);
    await new Promise(setImmediate);
    expect(told).toEqual([]);
  });
});

it('a guard shows the state of Redis when it is printed', async () => {
  await resilience.ready({ timeoutMs: 5_000 });
  let printed = '';
  const origin = await start((app) => {
    app.use(redisGuard({ resilience }));
    app.get('/', (req, res) => {
      printed = inspect(req.redisGuard);
      res.end();
    });
  });
  await fetch(origin);
  expect(printed).toMatch(/^RequestGuard \{.*status: 'up'/s);
});

describe('a guard that is forgotten', () => {
  it('is named', async () => {
    const text = await textOf((app) => {
      app.get('/', async (req, res) => void res.json(await req.redisGuard.client.get('a')));
      app.use(redisErrors());
    });
    expect(text).toContain('req.redisGuard is missing here. Mount the guard before the routes');
  });
});

describe('redisErrors() that is forgotten', () => {
  it('costs the details, not the status and not Retry-After', async () => {
    await resilience.close();
    resilience = createRedisResilience(`redis://127.0.0.1:${await freePort()}`);
    const origin = await start((app) => {
      app.use(redisGuard({ resilience }));
      app.get('/', async (req, res) => void res.json(await req.redisGuard.client.get('a')));
    });
    const { status, headers } = await fetch(origin);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });
});

describe('redisHealth() before the guard', () => {
  it('reports the connection of the guard, and opens none', async () => {
    const origin = await start((app) =>
      app.use(redisHealth({ critical: ['shop'] }), redisGuard({ resilience })),
    );
    await resilience.ready({ timeoutMs: 5_000 });
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    const { checks } = (await (await fetch(`${origin}/health/redis`)).json()) as { checks: object };
    expect(Object.keys(checks)).toEqual(['redis-shop']);
  });

  it('fails when it is told of a critical connection that does not exist', async () => {
    const warned = new Promise<Error>((resolve) => {
      process.once('warning', resolve);
    });
    const origin = await start((app) =>
      app.use(redisHealth({ critical: ['shpo'] }), redisGuard({ resilience })),
    );
    const answer = await fetch(`${origin}/readyz`);
    expect(answer.status).toBe(500);
    const meant =
      'redisHealth.critical names shpo, but no connection has that name; known: shop. Did you mean shop?';
    expect(await answer.text()).toContain(meant);
    expect((await warned).message).toContain(meant);
  });
});

it('a health probe behind a guard that rejects requests is warned of once', async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', note);
  await resilience.ready({ timeoutMs: 5_000 });
  const origin = await start((app) => {
    app.use(redisGuard({ resilience, mode: 'reject' }));
    app.use(redisHealth());
  });
  for (let probe = 0; probe < 3; probe++) expect((await fetch(`${origin}/livez`)).status).toBe(200);
  await waitFor(() => warnings.length > 0);
  process.off('warning', note);
  expect(warnings).toEqual([
    "redisHealth() is mounted after redisGuard({ mode: 'reject' }), which rejects health probes while Redis is down. " +
      'Mount redisHealth() before redisGuard().',
  ]);
});

it('redisHealth() refuses an empty list of connections, whose health would always be good', () => {
  expect(() => redisHealth({ resiliences: [] })).toThrow(
    /resiliences is an empty list.*Leave the option out/,
  );
});
