import 'reflect-metadata';
import { CACHE_MANAGER, CacheModule, type Cache as ManagedCache } from '@nestjs/cache-manager';
import { Controller, Get, Inject, Module, UseInterceptors, type INestApplication } from '@nestjs/common';
import { Keyv } from 'keyv';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { RedisResilience } from '@redis-resilience/core';
import { createCache } from '@redis-resilience/fallback/cache';
import { createKeyvStore } from '@redis-resilience/fallback/keyv';
import { CacheTtl, REDIS_CACHE, RedisCacheInterceptor } from '@redis-resilience/fallback/nestjs';
import { getRedisResilienceToken, RedisResilienceModule } from '@redis-resilience/nestjs';
import { startRedis } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../../slack.ts';
import { became, timed } from '../stage.ts';

let handled = 0;

@Controller()
class Shop {
  readonly #cache: ManagedCache;

  constructor(@Inject(CACHE_MANAGER) cache: ManagedCache) {
    this.#cache = cache;
  }

  @Get('products')
  @UseInterceptors(RedisCacheInterceptor)
  @CacheTtl(60_000)
  products(): object {
    return { handled: ++handled };
  }

  @Get('managed')
  async managed(): Promise<object> {
    return this.#cache.wrap('managed', () => ({ handled: ++handled }), 60_000);
  }
}

async function application(platform: 'express' | 'fastify') {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  @Module({
    imports: [
      RedisResilienceModule.forRoot({ url: server.url }),
      CacheModule.registerAsync({
        inject: [getRedisResilienceToken()],
        useFactory: (resilience: RedisResilience) => ({
          stores: [new Keyv({ store: createKeyvStore(resilience) })],
        }),
      }),
    ],
    controllers: [Shop],
    providers: [
      {
        provide: REDIS_CACHE,
        inject: [getRedisResilienceToken()],
        useFactory: (resilience: RedisResilience) => createCache(resilience),
      },
    ],
  })
  class App {}
  const app: INestApplication =
    platform === 'express'
      ? await NestFactory.create(App, { logger: false })
      : await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const resilience = app.get<RedisResilience>(getRedisResilienceToken());
  await resilience.ready({ timeoutMs: 5000 });
  const visit = async (path: string) => {
    const response = await fetch((await app.getUrl()) + path);
    const { headers } = response;
    return {
      body: await response.json(),
      cache: headers.get('x-cache'),
      control: headers.get('cache-control'),
    };
  };
  return { server, resilience, visit };
}

describe.each(['express', 'fastify'] as const)('Nest on %s', (platform) => {
  it('answers cached routes while Redis is killed, marked stale and not to be stored', async () => {
    handled = 0;
    const { server, resilience, visit } = await application(platform);
    await expect(visit('/products')).resolves.toMatchObject({
      body: { handled: 1 },
      cache: 'MISS',
      control: null,
    });
    await expect(visit('/products')).resolves.toMatchObject({ body: { handled: 1 }, cache: 'HIT' });
    await server.kill();
    await became(resilience, 'down');
    await expect(visit('/products')).resolves.toEqual({
      body: { handled: 1 },
      cache: 'STALE',
      control: 'no-store',
    });
  });

  it('runs cache-manager on the Keyv store, and never hangs on a frozen server', async () => {
    handled = 0;
    const { server, visit } = await application(platform);
    await expect(visit('/managed')).resolves.toMatchObject({ body: { handled: 1 } });
    await expect(visit('/managed')).resolves.toMatchObject({ body: { handled: 1 } });
    await server.freeze();
    const { ms, value } = await timed(() => visit('/managed'));
    expect(value).toMatchObject({ body: { handled: 1 } });
    expect(ms).toBeLessThan(200 + slackMs);
    server.thaw();
  });
});
