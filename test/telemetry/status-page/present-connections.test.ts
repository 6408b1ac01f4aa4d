import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { redisGuard } from '@redis-resilience/express';
import { waitFor } from '@redis-resilience/testing';
import { afterEach, expect, it } from 'vitest';
import { servePage } from './served-page.ts';

const made: RedisResilience[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((resilience) => resilience.close()));
});

function make(name: string): RedisResilience {
  const resilience = createRedisResilience({ lazyConnect: true }, { name });
  made.push(resilience);
  return resilience;
}

async function namesShown(mount: () => void): Promise<readonly string[]> {
  await using page = await servePage({ enabled: true });
  mount();
  using stream = await page.watch();
  await waitFor(() => stream.text().includes('event: state'));
  return Array.from(stream.text().matchAll(/"name":"(\w+)","status"/g), ([, name]) => name ?? '');
}

it('a page without a resilience shows those of the guards that are mounted after it', async () => {
  make('worker');
  expect(await namesShown(() => redisGuard({ resilience: make('shop') }))).toEqual(['shop']);
});

it('a page without a resilience and without guards shows every open one, never a new one', async () => {
  const closed = make('closed');
  await closed.close();
  expect(await namesShown(() => make('queue'))).toEqual(['queue']);
});
