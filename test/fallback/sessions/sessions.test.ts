import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import Koa from 'koa';
import koaSession from 'koa-session';
import type { RedisResilience } from '@redis-resilience/core';
import {
  connectRedisClient,
  type KeptSessions,
  koaSessionStore,
  resilientSessionStore,
} from '@redis-resilience/fallback/sessions';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../../slack.ts';
import { bringBack, connect, stage, takeDown, timed } from '../stage.ts';

interface Instance {
  readonly url: string;
  readonly kept: KeptSessions;
}

async function listen(server: Server): Promise<string> {
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Starts an Express application with the routes /in, /me and /out, sessions of express-session, and the store
 * connect-redis 10 on the protected client.
 */
async function expressInstance(resilience: RedisResilience): Promise<Instance> {
  const redis = new RedisStore({ client: connectRedisClient(resilience) as never });
  const store = resilientSessionStore(redis, resilience);
  onTestFinished(() => store.kept.close());
  const app = express();
  app.use(
    session({ store, secret: 'secret', resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } }),
  );
  app.get('/in', (req, res) => {
    Object.assign(req.session, { user: 'ada' });
    res.send('in');
  });
  app.get('/me', (req, res) => void res.send((req.session as { user?: string }).user ?? 'nobody'));
  app.get('/out', (req, res) => req.session.destroy(() => res.send('out')));
  return { url: await listen(app.listen(0, '127.0.0.1')), kept: store.kept };
}

async function koaInstance(resilience: RedisResilience): Promise<Instance> {
  const store = koaSessionStore(resilience);
  onTestFinished(() => store.kept.close());
  const app = new Koa();
  app.keys = ['secret'];
  app.use(koaSession({ store, maxAge: 60_000 }, app));
  app.use((ctx) => {
    const current = ctx['session'] as { user?: string } | null;
    if (ctx.path === '/in') Object.assign(current ?? {}, { user: 'ada' });
    if (ctx.path === '/out') ctx['session'] = null;
    ctx.body = ctx.path === '/me' ? (current?.user ?? 'nobody') : 'ok';
  });
  return { url: await listen(app.listen(0, '127.0.0.1')), kept: store.kept };
}

/** A browser with its own cookies, or with a copy of another browser's cookies. */
function browser(cookies = new Map<string, string>()) {
  const visit = async (instance: Instance, path: string): Promise<string> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(instance.url + path, { headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';', 1)[0] as string).split('=');
      cookies.set(name, value);
    }
    return response.status === 200 ? response.text() : `status ${response.status}`;
  };
  return Object.assign(visit, { twin: () => browser(new Map(cookies)) });
}

describe.each([
  ['express-session on connect-redis', expressInstance],
  ['koa-session', koaInstance],
])('%s', (_name, instanceOn) => {
  it.each(['killed', 'frozen'] as const)(
    'keeps users signed in while Redis is %s, and afterwards',
    async (how) => {
      const here = await stage();
      const instance = await instanceOn(here.resilience);
      const ada = browser();
      await ada(instance, '/in');
      await expect(ada(instance, '/me')).resolves.toBe('ada');
      if (how === 'killed') await takeDown(here);
      else await here.server.freeze();
      const during = await timed(() => ada(instance, '/me'));
      expect(during.value).toBe('ada');
      expect(during.ms).toBeLessThan(2 * 200 + slackMs); // one read and one touch, 200 ms each
      const late = browser();
      await late(instance, '/in');
      await expect(late(instance, '/me')).resolves.toBe('ada');
      if (how === 'killed') await bringBack(here);
      else here.server.thaw();
      await instance.kept.drain({ timeoutMs: 5000 });
      await expect(ada(instance, '/me')).resolves.toBe('ada');
      await expect(late(instance, '/me')).resolves.toBe('ada');
      const other = await instanceOn(connect(here.server.url));
      await waitFor(async () => (await ada(other, '/me')) === 'ada' && (await late(other, '/me')) === 'ada');
    },
  );

  it('never brings back a user who signed out while Redis was away', async () => {
    const here = await stage();
    const instance = await instanceOn(here.resilience);
    const other = await instanceOn(connect(here.server.url));
    const ada = browser();
    await ada(instance, '/in');
    const twin = ada.twin();
    await here.server.freeze();
    await expect(ada(instance, '/me')).resolves.toBe('ada');
    await ada(instance, '/out');
    await expect(twin(instance, '/me')).resolves.toBe('nobody');
    here.server.thaw();
    await instance.kept.drain({ timeoutMs: 5000 });
    await expect(twin(instance, '/me')).resolves.toBe('nobody');
    await expect(twin(other, '/me')).resolves.toBe('nobody');
  });

  it('does not let a copy on another instance bring back a user who signed out', async () => {
    const here = await stage();
    const instance = await instanceOn(here.resilience);
    const other = await instanceOn(connect(here.server.url));
    const ada = browser();
    await ada(instance, '/in');
    await expect(ada(other, '/me')).resolves.toBe('ada'); // both instances have a copy now
    const before = other.kept.copies;
    const twin = ada.twin(); // keeps the cookies that the sign-out removes
    await ada(instance, '/out');
    await waitFor(() => other.kept.copies < before);
    await takeDown(here);
    await expect(twin(other, '/me')).resolves.toBe('nobody');
    await bringBack(here); // Redis restarts without its data
    await expect(twin(other, '/me')).resolves.toBe('nobody');
    await expect(twin(instance, '/me')).resolves.toBe('nobody');
  });
});

describe('two instances of which one is cut off', () => {
  it('do not bring back a session that one wrote while the other destroyed it', async () => {
    const { server, resilience } = await stage();
    const cutOff = koaSessionStore(resilience);
    const other = koaSessionStore(connect(server.url));
    for (const { kept } of [cutOff, other]) onTestFinished(() => kept.close());
    await cutOff.set('sid', { user: 'ada' }, 60_000);
    const putBack = resilience.isolate('cut off');
    await cutOff.set('sid', { user: 'ada', cart: 1 }, 60_000);
    await expect(cutOff.get('sid')).resolves.toMatchObject({ cart: 1 });
    await other.destroy('sid');
    putBack();
    await cutOff.kept.drain({ timeoutMs: 5000 });
    await expect(cutOff.get('sid')).resolves.toBeNull();
    await expect(other.get('sid')).resolves.toBeNull();
    await cutOff.set('sid', { user: 'ada' }, 60_000); // this request began before the sign-out
    await expect(server.command('EXISTS', 'sess:sid')).resolves.toBe(0);
  });

  it('do not lose a session that the cut off one wrote', async () => {
    const { server, resilience } = await stage();
    const cutOff = koaSessionStore(resilience);
    const other = koaSessionStore(connect(server.url), { listen: false });
    for (const { kept } of [cutOff, other]) onTestFinished(() => kept.close());
    const putBack = resilience.isolate('cut off');
    await cutOff.set('sid', { user: 'ada' }, 60_000);
    await expect(other.get('sid')).resolves.toBeNull();
    putBack();
    await cutOff.kept.drain({ timeoutMs: 5000 });
    await expect(other.get('sid')).resolves.toEqual({ user: 'ada' });
  });
});
