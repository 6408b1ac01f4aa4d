import { createCache } from '@redis-resilience/fallback/cache';
import { waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectBoth, startBoth, untilBothAnswer } from './two-databases.ts';

async function startProcess(servers: Awaited<ReturnType<typeof startBoth>>) {
  const resilience = connectBoth(servers);
  await untilBothAnswer(resilience);
  const cache = createCache(resilience, { earlyRefreshBeta: 0 });
  onTestFinished(() => cache.close());
  return { resilience, cache };
}

it('a value that was invalidated on one database does not come back with another one, in any process', async () => {
  const servers = await startBoth();
  const [one, other] = await Promise.all([startProcess(servers), startProcess(servers)]);
  await one.resilience.failover('second');
  await one.cache.set('price', 'old');
  await one.resilience.failover('first');
  await one.cache.set('price', 'old');
  expect(await servers.second.command('EXISTS', 'cache:price')).toBe(1);
  await other.cache.invalidate('price');

  await one.resilience.failover('second');
  const loader = vi.fn(() => 'new');
  expect(await one.cache.get('price')).toBeUndefined();
  expect(await one.cache.getOrLoad('price', loader)).toBe('new');
  expect(await one.cache.getOrLoad('price', loader)).toBe('new');
  expect(loader).toHaveBeenCalledTimes(1);

  await servers.second.command('DEL', 'cache:price');
  await other.resilience.failover('second');
  await waitFor(async () => String(await servers.second.command('GET', 'cache:price')).startsWith('rr1i'));
});
