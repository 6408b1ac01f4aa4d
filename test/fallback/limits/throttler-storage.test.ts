import 'reflect-metadata';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import type { RedisResilience } from '@redis-resilience/core';
import { throttlerStorage } from '@redis-resilience/fallback/limits';
import { expect, it, onTestFinished } from 'vitest';
import { countHit, type HitCount } from '../../../packages/fallback/src/limits/hit-count.ts';
import { slackMs } from '../../slack.ts';
import { bringBack, stage, takeDown, timed } from '../stage.ts';

type Way = 'open' | 'closed' | 'local';

class Shop {
  get(): string {
    return 'open';
  }
}
Controller()(Shop);
Get()(Shop.prototype, 'get', Object.getOwnPropertyDescriptor(Shop.prototype, 'get') as never);

/**
 * Starts an application that allows three requests a minute; the returned function sends a request and resolves with
 * its status.
 */
async function open(resilience: RedisResilience, whenAway: Way): Promise<() => Promise<number>> {
  class App {}
  Module({
    imports: [
      ThrottlerModule.forRoot({
        throttlers: [{ ttl: 60_000, limit: 3 }],
        storage: throttlerStorage(resilience, { whenAway }),
      }),
    ],
    controllers: [Shop],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
  })(App);
  const app: INestApplication = await NestFactory.create(App, { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async () => (await fetch(url, { headers: { connection: 'close' } })).status;
}

it.each([
  ['open', [200, 200, 200]],
  ['closed', [503, 503, 503]],
  ['local', [200, 200, 429]],
] as const)('while Redis is away, a throttler that is %s answers %j', async (whenAway, answers) => {
  const here = await stage();
  const ask = await open(here.resilience, whenAway);
  expect(await ask()).toBe(200);
  await takeDown(here);
  for (const expected of answers) {
    const { ms, value } = await timed(ask);
    expect(value).toBe(expected);
    expect(ms).toBeLessThan(200 + slackMs);
  }
  await bringBack(here);
  expect(await ask()).toBe(200);
});

it('all instances of a service share one count, and a block ends when it should', async () => {
  const { resilience } = await stage();
  const [one, other] = [throttlerStorage(resilience), throttlerStorage(resilience)];
  expect(await one.increment('anna', 60_000, 2, 60_000, 'default')).toMatchObject({ totalHits: 1 });
  expect(await other.increment('anna', 60_000, 2, 60_000, 'default')).toEqual({
    totalHits: 2,
    timeToExpire: 60,
    isBlocked: false,
    timeToBlockExpire: 0,
  });
  expect(await one.increment('anna', 60_000, 2, 5000, 'default')).toMatchObject({
    isBlocked: true,
    timeToBlockExpire: 5,
  });
  expect(await other.increment('anna', 60_000, 2, 5000, 'login')).toMatchObject({ totalHits: 1 });
});

it('a count in this process begins anew after its window and after a block', () => {
  const rule = { ttlMs: 100, limit: 2, blockMs: 300 };
  const at = (times: readonly number[]): HitCount[] => {
    let known: HitCount | undefined;
    return times.map((now) => (known = countHit(known, now, rule)));
  };
  expect(at([0, 50, 100]).map(({ hits }) => hits)).toEqual([1, 2, 1]);
  expect(at([0, 10, 20, 319, 320])).toEqual([
    { hits: 1, endsAt: 100, blockedUntil: 0 },
    { hits: 2, endsAt: 100, blockedUntil: 0 },
    { hits: 3, endsAt: 100, blockedUntil: 320 },
    { hits: 3, endsAt: 100, blockedUntil: 320 },
    { hits: 1, endsAt: 420, blockedUntil: 0 },
  ]);
});
