import 'reflect-metadata';
import { Readable } from 'node:stream';
import {
  Controller,
  Get,
  Header,
  HttpCode,
  Injectable,
  Module,
  Req,
  Res,
  Sse,
  StreamableFile,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import cookies from '@fastify/cookie';
import { createCache } from '@redis-resilience/fallback/cache';
import {
  CacheTtl,
  REDIS_CACHE,
  REDIS_CACHE_OPTIONS,
  RedisCacheInterceptor,
  type RedisCacheInterceptorOptions,
} from '@redis-resilience/fallback/nestjs';
import { concat, NEVER, of } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stage } from '../stage.ts';

interface Answer {
  header?(name: string, value: string | string[]): unknown;
  status(code: number): unknown;
  cookie(name: string, value: string): unknown;
}

interface Visit {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

let handled = 0;
const echo = (name: string, req: Visit) => ({ handled: ++handled, seen: req.headers[name] ?? null });

@Injectable()
class SignsIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ url: string; user?: string }>();
    request.user = new URL(request.url, 'http://shop').searchParams.get('user') ?? 'nobody';
    return true;
  }
}

@Injectable()
class OpensSession implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<{ session?: object }>().session = {};
    return true;
  }
}

@Controller()
@UseInterceptors(RedisCacheInterceptor)
@CacheTtl(60_000)
class Shop {
  @Get('plain') plain(@Req() req: Visit) {
    return echo('host', req);
  }
  @Get('language') language(@Req() req: Visit) {
    return echo('accept-language', req);
  }
  @Get('private') @Header('Cache-Control', 'private') private(@Req() req: Visit) {
    return echo('host', req);
  }
  @Get('no-store') noStore(@Req() req: Visit, @Res({ passthrough: true }) res: Answer) {
    res.header?.('Cache-Control', 'no-store');
    return echo('host', req);
  }
  @Get('cookie') cookie(@Req() req: Visit, @Res({ passthrough: true }) res: Answer) {
    res.header?.('Set-Cookie', `visitor=${handled}`);
    return echo('host', req);
  }
  @Get('cookie-by-plugin') cookieByPlugin(@Req() req: Visit, @Res({ passthrough: true }) res: Answer) {
    res.cookie('visitor', String(handled));
    return echo('host', req);
  }
  @Get('capitals') @Header('Cache-Control', 'max-age=60, Private') capitals(@Req() req: Visit) {
    return echo('host', req);
  }
  @Get('session') @UseGuards(OpensSession) session(@Req() req: Visit & { session: { cart?: number } }) {
    req.session.cart = handled;
    return echo('host', req);
  }
  @Sse('events') events() {
    return concat(of({ data: 'first' }), NEVER);
  }
  @Get('by-hand') byHand(@Req() req: Visit, @Res({ passthrough: true }) res: Answer) {
    res.status(404);
    return echo('host', req);
  }
  @Get('created') @HttpCode(201) created(@Req() req: Visit) {
    return echo('host', req);
  }
  @Get('stream') stream() {
    return new StreamableFile(Readable.from([`{"handled":${++handled}}`]));
  }
  @Get('bytes') bytes() {
    return new StreamableFile(Buffer.from(`{"handled":${++handled}}`));
  }
  @Get('vary') @Header('Vary', 'User-Agent') vary(@Req() req: Visit) {
    return echo('user-agent', req);
  }
  @Get('vary-all') @Header('Vary', '*') varyAll(@Req() req: Visit) {
    return echo('user-agent', req);
  }
  @Get('short') short(@Req() req: Visit, @Res({ passthrough: true }) res: Answer) {
    res.header?.('Cache-Control', 'public, max-age=2');
    res.header?.('X-Shelf', 'B');
    return echo('host', req);
  }
  @Get('slow-private') async slowPrivate(@Req() req: Visit, @Res({ passthrough: true }) res: Answer) {
    const { seen } = echo('user-agent', req);
    await new Promise((resolve) => setTimeout(resolve, 50));
    res.header?.('Cache-Control', 'private');
    return { handled, seen };
  }
  @Get('guarded') @UseGuards(SignsIn) guarded(@Req() req: Visit & { user: string }) {
    return { handled: ++handled, seen: req.user };
  }
}

async function shop(platform: 'express' | 'fastify', options: RedisCacheInterceptorOptions = {}) {
  const { resilience } = await stage();
  @Module({
    controllers: [Shop],
    providers: [
      { provide: REDIS_CACHE, useFactory: () => createCache(resilience) },
      { provide: REDIS_CACHE_OPTIONS, useValue: options },
    ],
  })
  class App {}
  const app: INestApplication =
    platform === 'express'
      ? await NestFactory.create(App, { logger: false })
      : await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  onTestFinished(() => app.close());
  if (platform === 'fastify') await (app as NestFastifyApplication).register(cookies);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const visit = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers });
    const body = (await response.json()) as { handled: number; seen?: unknown };
    return { ...body, cache: response.headers.get('x-cache'), headers: response.headers };
  };
  return Object.assign(visit, { url });
}

describe.each(['express', 'fastify'] as const)('the cache interceptor on %s', (platform) => {
  it.each([
    'authorization',
    'cookie',
    'proxy-authorization',
    'x-api-key',
    'x-forwarded-user',
    'x-auth-request-email',
    'x-tenant-id',
    'x-ssl-client-dn',
    'x-amzn-oidc-identity',
    'x-csrf-token',
  ])('runs the handler for a request with %s', async (name) => {
    const visit = await shop(platform);
    const first = await visit('/plain', { [name]: 'ada' });
    const second = await visit('/plain', { [name]: 'ada' });
    expect(second.handled).toBe(first.handled + 1);
    expect(second.cache).toBeNull();
  });

  it('keeps visitors apart by the headers in varyBy', async () => {
    const visit = await shop(platform, { varyBy: ['X-Tenant-Id'] });
    const ada = await visit('/plain', { 'x-tenant-id': 'ada' });
    await expect(visit('/plain', { 'x-tenant-id': 'bob' })).resolves.toMatchObject({ cache: 'MISS' });
    await expect(visit('/plain', { 'x-tenant-id': 'ada' })).resolves.toMatchObject({
      cache: 'HIT',
      handled: ada.handled,
    });
  });

  it('keeps hosts and languages apart', async () => {
    const visit = await shop(platform);
    for (const language of ['de', 'fr', 'de']) {
      await expect(visit('/language', { 'accept-language': language })).resolves.toMatchObject({
        seen: language,
      });
    }
    await expect(visit('/plain', { 'x-forwarded-host': 'a' })).resolves.toMatchObject({ cache: 'MISS' });
    await expect(visit('/plain', { 'x-forwarded-host': 'b' })).resolves.toMatchObject({ cache: 'MISS' });
    await expect(visit('/plain', { 'x-forwarded-host': 'b' })).resolves.toMatchObject({ cache: 'HIT' });
  });

  it.each(['x-region', 'x-customer', 'forwarded', 'x-original-url', 'x-feature'])(
    'keeps apart requests that differ in %s',
    async (name) => {
      const visit = await shop(platform);
      const first = await visit('/plain', { [name]: 'a' });
      expect((await visit('/plain', { [name]: 'b' })).handled).not.toBe(first.handled);
    },
  );

  it('shares among browsers, and among requests that a proxy has numbered', async () => {
    const visit = await shop(platform);
    await visit('/plain', { 'user-agent': 'one', 'x-request-id': '1', 'x-forwarded-for': '10.0.0.1' });
    const answer = visit('/plain', { 'user-agent': 'two', 'x-request-id': '2', traceparent: '00-1' });
    await expect(answer).resolves.toMatchObject({ cache: 'HIT' });
  });

  it('neither keeps nor shares an answer that is not for everybody', async () => {
    const visit = await shop(platform);
    const personal = ['private', 'capitals', 'no-store', 'cookie', 'cookie-by-plugin', 'session'];
    for (const path of [...personal, 'by-hand', 'created', 'stream', 'bytes', 'vary-all']) {
      const first = await visit(`/${path}`);
      await expect(visit(`/${path}`)).resolves.toMatchObject({
        handled: first.handled + 1,
        cache: 'BYPASS',
      });
    }
  });

  it('lets server-sent events through', async () => {
    const { url } = await shop(platform);
    const response = await fetch(`${url}/events`);
    const reader = response.body?.getReader();
    const chunk = await reader?.read();
    await reader?.cancel();
    expect(Buffer.from(chunk?.value ?? []).toString()).toContain('first');
  });

  it('gives requests that came at the same time each its own private answer', async () => {
    const visit = await shop(platform);
    const visitors = ['ada', 'bob', 'cleo'];
    const answers = await Promise.all(visitors.map((name) => visit('/slow-private', { 'user-agent': name })));
    expect(answers.map(({ seen }) => seen)).toEqual(visitors);
  });

  it('runs the handler for a visitor whom a guard knows', async () => {
    const visit = await shop(platform);
    const first = await visit('/guarded');
    await expect(visit('/guarded')).resolves.toMatchObject({ handled: first.handled + 1 });
  });

  it('honours Vary', async () => {
    const visit = await shop(platform);
    for (const device of ['phone', 'desk', 'phone', 'desk']) {
      await expect(visit('/vary', { 'user-agent': device })).resolves.toMatchObject({ seen: device });
    }
    await expect(visit('/vary', { 'user-agent': 'desk' })).resolves.toMatchObject({ cache: 'HIT' });
    await expect(visit('/vary', { 'user-agent': 'phone' })).resolves.toMatchObject({ cache: 'HIT' });
  });

  it('keeps an answer no longer than it says, with its headers and its age', async () => {
    const visit = await shop(platform);
    const first = await visit('/short');
    const again = await visit('/short');
    expect(again).toMatchObject({ handled: first.handled, cache: 'HIT' });
    expect(again.headers.get('x-shelf')).toBe('B');
    expect(again.headers.get('cache-control')).toBe('public, max-age=2');
    expect(again.headers.get('age')).toMatch(/^[01]$/);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    await expect(visit('/short')).resolves.toMatchObject({ handled: first.handled + 1 });
  });
});
