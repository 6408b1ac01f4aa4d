import { createLocks } from '@redis-resilience/fallback/locks';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { bringBack, connect, stage, takeDown, timed } from '../stage.ts';

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

  it.each(['killed', 'frozen'] as const)('is refused within 300 ms while Redis is %s', async (how) => {
    const { server, resilience } = await stage();
    const locks = createLocks(resilience);
    if (how === 'killed') await server.kill();
    else await server.freeze();
    const { ms, error } = await timed(() => locks.run('invoice', () => Promise.resolve('never')));
    expect(error).toMatchObject({ code: expect.any(String) as string });
    expect(ms).toBeLessThan(300);
  });

  it('runs the work, extends the lock meanwhile, and gives it back', async () => {
    const { resilience } = await stage();
    const locks = createLocks(resilience, { ttlMs: 150 });
    const fence = await locks.run('long', async (lock) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
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
    const putBack = { now: (): void => undefined };
    let lostAt = 0;
    await locks.run('job', async ({ signal }) => {
      putBack.now = here.resilience.isolate('cut off');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      lostAt = performance.now();
    });
    const next = await createLocks(other).acquire('job', { waitMs: 2000 });
    expect(next?.fence).toBe(2);
    expect(performance.now()).toBeGreaterThan(lostAt);
    putBack.now();
  });

  it('is not extended once it was lost', async () => {
    const here = await stage();
    const locks = createLocks(here.resilience, { ttlMs: 2000 });
    const lock = await locks.acquire('job');
    await takeDown(here);
    await expect(lock?.extend()).rejects.toThrow(/Redis/);
    expect(lock?.isHeld).toBe(true);
    await bringBack(here); // with nothing in it
    await waitFor(() => lock?.extend().then(undefined, () => true));
    expect(lock?.isHeld).toBe(false);
    expect(lock?.signal.aborted).toBe(true);
  });
});
