import { createCache, type Cache } from '@redis-resilience/fallback/cache';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { connect, stage } from '../stage.ts';

async function cacheOf(url: string): Promise<Cache> {
  const resilience = connect(url);
  await resilience.ready({ timeoutMs: 5000 });
  return createCache(resilience, { clockSkewMs: 0 });
}

/** Waits until the time of day has advanced, so that the next write has a later version. */
async function later(): Promise<void> {
  const since = Date.now();
  await waitFor(() => Date.now() > since, { intervalMs: 1 });
}

it.each(['in memory', 'in an outbox'])(
  'an invalidation that waited %s does not take the place of a later one of another process',
  async (where) => {
    const { server, resilience } = await stage();
    const outbox = createOutbox(resilience);
    onTestFinished(() => outbox.close());
    const cutOff = createCache(resilience, {
      clockSkewMs: 0,
      ...(where === 'in an outbox' && { outbox }),
    });
    const [writing, slow, reading] = await Promise.all([1, 2, 3].map(() => cacheOf(server.url)));
    let price = 1;

    const putBack = resilience.isolate('cut off');
    await expect(cutOff.invalidate('price')).resolves.toBe('kept');
    await later();
    let finish = (): void => undefined;
    const loaded = slow?.getOrLoad('price', async () => {
      const seen = price;
      await new Promise<void>((resolve) => (finish = resolve));
      return seen;
    });
    await waitFor(() => slow?.stats().loading === 1);
    await later();
    price = 2;
    await expect(writing?.invalidate('price')).resolves.toBe('applied');
    const mark = await server.command('GET', 'cache:price');

    const sent = new Promise((resolve) => {
      cutOff.on('refilled', resolve);
      outbox.on('drained', resolve);
    });
    putBack();
    await sent;
    await expect(server.command('GET', 'cache:price')).resolves.toBe(mark);
    finish();
    await loaded;
    await expect(reading?.getOrLoad('price', () => price)).resolves.toBe(2);
  },
);
