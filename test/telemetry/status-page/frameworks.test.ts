import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { RedisResilience } from '@redis-resilience/core';
import { redisStatusPage as expressStatusPage } from '@redis-resilience/telemetry/express';
import { redisStatusPage as koaStatusPage } from '@redis-resilience/telemetry/koa';
import { RedisStatusPageModule, type StatusPageOptions } from '@redis-resilience/telemetry/nestjs';
import { waitFor } from '@redis-resilience/testing';
import express from 'express';
// @ts-expect-error Express 4 comes without types
import express4 from 'express-4';
import Koa from 'koa';
// @ts-expect-error Koa 2 comes without types
import Koa2 from 'koa-2';
import { describe, expect, it } from 'vitest';
import { startProtectedRedis } from '../protected-redis.ts';
import { clientOf, serve, type ServedPage } from './served-page.ts';

@Controller()
class HomeController {
  @Get('home')
  home() {
    return 'home';
  }
}

function startExpress(create: typeof express) {
  return async (options: StatusPageOptions): Promise<ServedPage> => {
    const app = create();
    const page = expressStatusPage({ enabled: true, ...options });
    app.use(page);
    app.get('/home', (_req, res) => void res.send('home'));
    return closing(await serve(app), () => page.close());
  };
}

function startKoa(Application: typeof Koa) {
  return async (options: StatusPageOptions): Promise<ServedPage> => {
    const app = new Application();
    const page = koaStatusPage({ enabled: true, ...options });
    app.use(page);
    app.use((ctx) => {
      if (ctx.path === '/home') ctx.body = 'home';
    });
    const handler = app.callback();
    return closing(await serve((req, res) => void handler(req, res)), () => page.close());
  };
}

function startNest(platform: () => AbstractHttpAdapter) {
  return async (options: StatusPageOptions): Promise<ServedPage> => {
    @Module({
      imports: [
        RedisStatusPageModule.forRootAsync({
          inject: ['resilience'],
          imports: [resilienceModule(options.resilience as RedisResilience)],
          useFactory: (resilience: RedisResilience) => ({ enabled: true, ...options, resilience }),
        }),
      ],
      controllers: [HomeController],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, platform(), { logger: false, abortOnError: false });
    app.setGlobalPrefix('api', { exclude: ['home'] });
    await app.listen(0, '127.0.0.1');
    const port = Number(new URL(await app.getUrl()).port);
    return { ...clientOf(port), [Symbol.asyncDispose]: () => app.close() };
  };
}

function resilienceModule(resilience: RedisResilience) {
  @Module({ providers: [{ provide: 'resilience', useValue: resilience }], exports: ['resilience'] })
  class ResilienceModule {}
  return ResilienceModule;
}

function closing(served: ServedPage, close: () => void): ServedPage {
  return {
    ...served,
    async [Symbol.asyncDispose]() {
      close();
      await served[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  ['Express 5', startExpress(express)],
  ['Express 4', startExpress(express4 as unknown as typeof express)],
  ['Koa 3', startKoa(Koa)],
  ['Koa 2', startKoa(Koa2 as unknown as typeof Koa)],
  ['Nest on Express', startNest(() => new ExpressAdapter())],
  ['Nest on Fastify', startNest(() => new FastifyAdapter() as unknown as AbstractHttpAdapter)],
])('the status page in %s', (_name, start) => {
  it('serves the page and its stream, and leaves other routes alone', async () => {
    await using redis = await startProtectedRedis();
    await using app = await start({ resilience: redis.resilience });
    const page = await app.ask('/redis-status');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(await app.ask('/home')).toMatchObject({ status: 200, text: 'home' });
    expect((await app.ask('/redis-status/nothing')).status).toBe(404);
    using watched = await app.watch();
    await redis.takeDown();
    await waitFor(() => watched.text().includes('"status":"down"'));
    expect((await app.ask('/redis-status')).status).toBe(200);
  });

  it('acts only for visitors whom authorize admits', async () => {
    await using redis = await startProtectedRedis();
    const authorize = ({ headers }: { headers: Record<string, unknown> }) => headers['x-user'] === 'operator';
    await using app = await start({ resilience: redis.resilience, authorize });
    using stranger = await app.watch();
    using operator = await app.watch({ 'x-user': 'operator' });
    await waitFor(() => stranger.text().includes('"token":null') && operator.text().includes('"token":"'));
    const token = /"token":"([^"]+)"/.exec(operator.text())?.[1] ?? '';
    const headers = { origin: app.origin, 'x-redis-status-token': token };
    const isolate = '/redis-status/isolate?connection=default';
    expect((await app.ask(isolate, 'POST', headers)).status).toBe(403);
    expect((await app.ask(isolate, 'POST', { ...headers, 'x-user': 'operator' })).status).toBe(204);
    expect(redis.resilience.snapshot().status).toBe('down');
  });

  it('ends while pages are open', async () => {
    await using redis = await startProtectedRedis();
    const app = await start({ resilience: redis.resilience });
    using watched = await app.watch();
    await waitFor(() => watched.text().includes('event: state'));
    await app[Symbol.asyncDispose]();
    await waitFor(() => !watched.isOpen());
  });
});

it.each([
  ['Express', () => expressStatusPage({ pth: '/x' } as object), /redisStatusPage\.pth/],
  ['Koa', () => koaStatusPage({ pth: '/x' } as object), /redisStatusPage\.pth/],
  ['Nest', () => RedisStatusPageModule.forRoot({ pth: '/x' } as object), /RedisStatusPageModule\.pth/],
])('the status page refuses an unknown option in %s', (_name, make, message) => {
  expect(make).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringMatching(message) }),
  );
});

it('a middleware that is not called says so', async () => {
  const app = express();
  const errors: Error[] = [];
  app.use(expressStatusPage as never);
  app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    errors.push(error);
    res.sendStatus(500);
  });
  const koa = new Koa().use(koaStatusPage as never).on('error', (error: Error) => void errors.push(error));
  const handler = koa.callback();
  for (const listener of [app, (req, res) => void handler(req, res)] satisfies RequestListener[]) {
    await using page = await serve(listener);
    expect((await page.ask('/redis-status')).status).toBe(500);
  }
  const line = 'Write redisStatusPage(), with parentheses: app.use(redisStatusPage()).';
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringContaining(line),
    expect.stringContaining(line),
  ]);
});
