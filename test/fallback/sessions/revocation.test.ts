import { koaSessionStore } from '@redis-resilience/fallback/sessions';
import { systemClock, type RedisResilience } from '@redis-resilience/core';
import { waitFor, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { became, bringBack, connect, stage, takeDown } from '../stage.ts';

const monthMs = 30 * 86_400_000;

function storeOn(resilience: RedisResilience, options: Parameters<typeof koaSessionStore>[1] = {}) {
  const store = koaSessionStore(resilience, options);
  onTestFinished(() => store.kept.close());
  return store;
}

/** Breaks all connections of the client, and waits until the store has checked which sessions still exist in Redis. */
async function resetConnections(server: RedisServer, resilience: RedisResilience): Promise<void> {
  const down = new Promise<void>((resolve) => {
    const stop = resilience.on('change', ({ snapshot }) => {
      if (snapshot.connection === 'ready') return;
      stop();
      resolve();
    });
  });
  await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await down;
  await resilience.ready({ timeoutMs: 5000 });
}

let wall = 1_700_000_000_000;

describe('a session that Redis ended itself', () => {
  it.each([
    ['DEL', ['DEL', 'sess:ada']],
    ['FLUSHDB', ['FLUSHDB']],
    ['its ttl', ['PEXPIRE', 'sess:ada', '1']],
  ])('stays ended after %s and a reset connection', async (_how, command) => {
    const { server, resilience } = await stage();
    const store = storeOn(resilience);
    await store.set('ada', { user: 'ada' }, monthMs);
    await server.command(...(command as [string, ...string[]]));
    await resetConnections(server, resilience);
    await expect(store.get('ada')).resolves.toBeNull();
    await waitFor(() => store.kept.copies === 0);
    await expect(server.command('EXISTS', 'sess:ada')).resolves.toBe(0);
  });

  it.each([
    ['', systemClock],
    [', within one millisecond', { ...systemClock, wallNow: () => 1_700_000_000_000 }],
    [', on a wall clock that is set back', { ...systemClock, wallNow: () => (wall -= 1000) }],
  ])('stays ended when this instance changed it while it was cut off%s', async (_how, clock) => {
    const { server, resilience } = await stage({}, { clock });
    const store = storeOn(resilience);
    await store.set('ada', { user: 'ada' }, monthMs);
    const putBack = resilience.isolate('cut off');
    await store.set('ada', { user: 'ada', cart: 1 }, monthMs);
    await store.set('bob', { user: 'bob' }, monthMs);
    await server.command('DEL', 'sess:ada');
    putBack();
    await store.kept.drain({ timeoutMs: 5000 });
    await expect(store.get('ada')).resolves.toBeNull();
    await expect(store.get('bob')).resolves.toEqual({ user: 'bob' });
  });

  it('stays ended when the data survived a restart', async () => {
    const here = await stage({ config: { appendonly: 'yes' } });
    const store = storeOn(here.resilience);
    for (const user of ['ada', 'bob']) await store.set(user, { user }, monthMs);
    await here.server.command('DEL', 'sess:ada');
    await takeDown(here);
    await bringBack(here);
    await expect(here.server.command('EXISTS', 'sess:bob')).resolves.toBe(1);
    await expect(store.get('ada')).resolves.toBeNull();
    await expect(store.get('bob')).resolves.toEqual({ user: 'bob' });
  });

  it('stays ended past a flush that was noticed, when the data is lost later', async () => {
    const here = await stage();
    const store = storeOn(here.resilience);
    for (const user of ['ada', 'bob']) await store.set(user, { user }, monthMs);
    await here.server.command('FLUSHDB');
    // The first missing session shows that Redis was flushed.
    await expect(store.get('bob')).resolves.toBeNull();
    await takeDown(here);
    await bringBack(here);
    await expect(store.get('ada')).resolves.toBeNull();
  });

  it('is answered from a copy no longer than the ttl in Redis', async () => {
    const here = await stage();
    const store = storeOn(here.resilience);
    await store.set('ada', { user: 'ada' }, monthMs);
    await here.server.command('PEXPIRE', 'sess:ada', '400');
    await expect(store.get('ada')).resolves.toEqual({ user: 'ada' });
    await takeDown(here);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await expect(store.get('ada')).resolves.toBeNull();
    await bringBack(here);
    await expect(store.get('ada')).resolves.toBeNull();
  });
});

it('a session that was stored during an outage ends in time, however many writes are pending', async () => {
  const here = await stage();
  const store = storeOn(here.resilience);
  await takeDown(here);
  for (let user = 0; user < 20; user++) await store.set(`user-${user}`, { user }, monthMs);
  await store.set('ada', { user: 'ada' }, 300);
  await expect(store.get('ada')).resolves.toEqual({ user: 'ada' });
  await new Promise((resolve) => setTimeout(resolve, 350));
  expect(store.kept.pending).toBe(21);
  await expect(store.get('ada')).resolves.toBeNull();
  await expect(store.get('user-1')).resolves.toEqual({ user: 1 });
});

describe('a session that Redis lost with its data', () => {
  it('is given back, and so is one that changed meanwhile', async () => {
    const here = await stage();
    const store = storeOn(here.resilience);
    for (const user of ['ada', 'bob']) await store.set(user, { user }, monthMs);
    await takeDown(here);
    await store.set('bob', { user: 'bob', cart: 1 }, monthMs);
    await bringBack(here);
    await expect(store.get('ada')).resolves.toEqual({ user: 'ada' });
    await store.kept.drain({ timeoutMs: 5000 });
    await waitFor(async () => (await here.server.command('EXISTS', 'sess:ada', 'sess:bob')) === 2);
    await expect(store.get('bob')).resolves.toEqual({ user: 'bob', cart: 1 });
  });

  it('is given back by each of two instances', async () => {
    const here = await stage();
    const one = storeOn(here.resilience);
    const other = connect(here.server.url);
    await other.ready({ timeoutMs: 5000 });
    const two = storeOn(other);
    await one.set('ada', { user: 'ada' }, monthMs);
    await two.set('bob', { user: 'bob' }, monthMs);
    await takeDown(here);
    await became(other, 'down');
    await bringBack(here);
    await other.ready({ timeoutMs: 5000 });
    await waitFor(async () => (await here.server.command('EXISTS', 'sess:ada', 'sess:bob')) === 2);
  });

  it('has ended with restoreLost: false, also for requests and for writes that waited', async () => {
    const here = await stage();
    const store = storeOn(here.resilience, { restoreLost: false });
    for (const user of ['ada', 'bob']) await store.set(user, { user }, monthMs);
    await takeDown(here);
    await expect(store.get('ada')).resolves.toEqual({ user: 'ada' });
    await store.set('bob', { user: 'bob', cart: 1 }, monthMs);
    await bringBack(here);
    await expect(store.get('ada')).resolves.toBeNull();
    await store.kept.drain({ timeoutMs: 5000 });
    await expect(store.get('bob')).resolves.toBeNull();
    await expect(here.server.command('EXISTS', 'sess:ada', 'sess:bob')).resolves.toBe(0);
  });

  it('is not given back by an instance that was cut off while Redis served others', async () => {
    const here = await stage();
    const store = storeOn(here.resilience);
    await store.set('ada', { user: 'ada' }, monthMs);
    const putBack = here.resilience.isolate('cut off');
    await here.server.command('DEL', 'sess:ada');
    await here.server.kill();
    await here.server.start();
    putBack();
    await here.resilience.ready({ timeoutMs: 10_000 });
    await expect(store.get('ada')).resolves.toBeNull();
  });
});

it('remembers a destroyed session for as long as it could have lived', async () => {
  const { server, resilience } = await stage();
  const store = storeOn(resilience);
  await store.set('ada', { user: 'ada' }, monthMs);
  await store.destroy('ada');
  await expect(server.command('PTTL', 'destroyed:sess:ada')).resolves.toBeGreaterThan(monthMs - 60_000);
});

it('does not need INFO: without proof, nothing is given back', async () => {
  const here = await stage();
  await here.server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-pttl');
  const url = here.server.url.replace('redis://', 'redis://app:secret@');
  const resilience = connect(url);
  await resilience.ready({ timeoutMs: 5000 });
  const store = storeOn(resilience);
  await store.set('ada', { user: 'ada' }, monthMs);
  await here.server.command('ACL', 'SETUSER', 'app', '-info');
  await expect(store.get('ada')).resolves.toEqual({ user: 'ada' });
  await here.server.command('DEL', 'sess:ada');
  await resetConnections(here.server, resilience);
  await expect(store.get('ada')).resolves.toBeNull();
});
