import { systemClock } from '@redis-resilience/core';
import { createLocks } from '@redis-resilience/fallback/locks';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../../slack.ts';
import { UnhandledRejections } from '../../integration/stage/unhandled-rejections.ts';
import { became, bringBack, connect, stage, takeDown, timed } from '../stage.ts';

describe('a lock', () => {
  it('is held by one at a time, across processes, with a rising fence', async () => {
    const { server, resilience } = await stage();
    const here = createLocks(resilience);
    const there = createLocks(connect(server.url));
    const lock = await here.acquire('invoice');
    expect(lock).toMatchObject({ fence: 1, isHeld: true });
    await expect(there.acquire('invoice')).resolves.toBeUndefined();
    const waiting = there.acquire('invoice', { waitMs: 2000 });
    await lock?.release();
    await expect(waiting).resolves.toMatchObject({ fence: 2 });
    expect(lock?.isHeld).toBe(false);
  });

  it.each(['killed', 'frozen'] as const)('is refused by its deadline while Redis is %s', async (how) => {
    const { server, resilience } = await stage();
    const locks = createLocks(resilience);
    if (how === 'killed') await server.kill();
    else await server.freeze();
    const { ms, error } = await timed(() => locks.run('invoice', () => Promise.resolve('never')));
    expect(error).toMatchObject({ code: expect.any(String) as string });
    expect(ms).toBeLessThan(200 + slackMs);
  });

  it('is not acquired for work that is no function', async () => {
    const { resilience } = await stage();
    const locks = createLocks(resilience);
    await expect(locks.run('invoice', undefined as never)).rejects.toThrow(
      'The option locks.run.work must be a function; given: undefined.',
    );
    await expect(locks.acquire('invoice')).resolves.toMatchObject({ fence: 1 });
  });

  it('runs the work, extends the lock meanwhile, and gives it back', async () => {
    const { server, resilience } = await stage();
    const locks = createLocks(resilience, { ttlMs: 150 });
    const elsewhere = createLocks(connect(server.url));
    const fence = await locks.run('long', async (lock) => {
      expect(await elsewhere.acquire('long', { waitMs: 500 })).toBeUndefined();
      expect(lock.isHeld).toBe(true);
      return lock.fence;
    });
    expect(fence).toBe(1);
    await expect(locks.acquire('long')).resolves.toMatchObject({ fence: 2 });
  });

  it('tells the work when it cannot be extended, before somebody else can hold it', async () => {
    const here = await stage();
    const other = connect(here.server.url);
    await other.ready();
    const locks = createLocks(here.resilience, { ttlMs: 400 });
    const order: string[] = [];
    await locks.run('job', async ({ signal }) => {
      const lost = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      const next = createLocks(other).acquire('job', { waitMs: 5000 });
      const putBack = here.resilience.isolate('cut off');
      onTestFinished(putBack);
      await Promise.all([
        lost.then(() => order.push('lost')),
        next.then(() => order.push('held by another')),
      ]);
      expect(await next).toMatchObject({ fence: 2 });
    });
    expect(order).toEqual(['lost', 'held by another']);
  });

  it('is not extended once it was lost', async () => {
    const here = await stage();
    const locks = createLocks(here.resilience, { ttlMs: 2000 });
    const lock = await locks.acquire('job');
    await takeDown(here);
    await expect(lock?.extend()).rejects.toThrow(/Redis/);
    expect(lock?.isHeld).toBe(true);
    await bringBack(here); // Redis restarts without its data
    await waitFor(() => lock?.extend().then(undefined, () => true));
    expect(lock?.isHeld).toBe(false);
    expect(lock?.signal.aborted).toBe(true);
  });
});

it('a lock whose ttl passes while the machine sleeps is not held when the machine wakes', async () => {
  let sleptMs = 0;
  const clock = { ...systemClock, wallNow: () => systemClock.wallNow() + sleptMs };
  const { resilience } = await stage({}, { clock });
  const lock = await createLocks(resilience, { clock, ttlMs: 30_000 }).acquire('job');
  expect(lock?.isHeld).toBe(true);
  sleptMs = 31_000;
  expect(lock?.isHeld).toBe(false);
  await waitFor(() => lock?.signal.aborted);
  await expect(lock?.extend()).rejects.toThrow(/no longer held/);
});

it('the signal of a lock aborts when the work asks it, even before the first timer after the machine has slept', async () => {
  let sleptMs = 0;
  const clock = { ...systemClock, wallNow: () => systemClock.wallNow() + sleptMs };
  const { resilience } = await stage({}, { clock });
  const locks = createLocks(resilience, { clock, ttlMs: 30_000 });
  let heard = 0;
  await locks.run('checked by reading', ({ signal }) => {
    signal.addEventListener('abort', () => heard++);
    expect(signal.aborted).toBe(false);
    signal.throwIfAborted();
    sleptMs += 31_000;
    expect(signal.aborted).toBe(true);
    return Promise.resolve();
  });
  await locks.run('checked by throwing', ({ signal }) => {
    signal.addEventListener('abort', () => heard++);
    sleptMs += 31_000;
    expect(() => signal.throwIfAborted()).toThrow(/no longer held/);
    return Promise.resolve();
  });
  expect(heard).toBe(2);
});

describe('a lock of a server that was frozen for two seconds', () => {
  const ttlMs = 60_000;
  const freeze = async (server: RedisServer): Promise<void> => {
    await server.freeze();
    await delay(2000);
    server.thaw();
  };

  it('is free when its holder released it meanwhile', async () => {
    const { server, resilience } = await stage();
    const other = connect(server.url);
    await other.ready({ timeoutMs: 5000 });
    const lock = await createLocks(resilience, { ttlMs }).acquire('invoice');
    const frozen = freeze(server);
    await resilience.client.get('unanswered').catch(() => undefined);
    await became(resilience, 'down'); // from now on, calls are rejected immediately
    await expect(lock?.release()).rejects.toMatchObject({ code: expect.any(String) as string });
    await frozen;
    await other.ready({ timeoutMs: 5000 });
    const next = createLocks(other, { ttlMs }).acquire('invoice', { waitMs: 2000 });
    await expect(next).resolves.toMatchObject({ fence: 2 });
  });

  it('is free when it was asked for meanwhile, in vain', async () => {
    const { server, resilience } = await stage();
    const other = connect(server.url);
    await other.ready({ timeoutMs: 5000 });
    await createLocks(resilience, { ttlMs }).run('warm-up', () => Promise.resolve());
    const frozen = freeze(server);
    await delay(100);
    for (let attempt = 0; attempt < 4; attempt++) {
      await expect(createLocks(resilience, { ttlMs }).acquire('invoice')).rejects.toMatchObject({
        code: expect.any(String) as string,
      });
    }
    await frozen;
    await other.ready({ timeoutMs: 5000 });
    const next = createLocks(other, { ttlMs }).acquire('invoice', { waitMs: 2000 });
    await expect(next).resolves.toMatchObject({ isHeld: true });
  });
});

it('a lock that nobody awaits is no unhandled rejection in an outage', async () => {
  using rejections = new UnhandledRejections();
  const { server, resilience } = await stage();
  const locks = createLocks(resilience);
  await server.kill();
  void locks.run('invoice', () => Promise.resolve('never'));
  void locks.acquire('invoice');
  await expect(locks.acquire('invoice')).rejects.toMatchObject({ code: expect.any(String) as string });
  expect(await rejections.list()).toEqual([]);
});
