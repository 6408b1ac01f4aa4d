import 'reflect-metadata';
import {
  Controller,
  Get,
  Module,
  Req,
  Res,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type LoggerService,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createCache } from '@redis-resilience/fallback/cache';
import { CacheTtl, REDIS_CACHE, RedisCacheInterceptor } from '@redis-resilience/fallback/nestjs';
import { map, type Observable } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stage } from '../stage.ts';

class User {
  readonly name = 'ada';
  readonly password = 'hunter2';
}

/** Leaves out the password of a user, as `ClassSerializerInterceptor` does for a field with `@Exclude()`. */
class LeavesPasswordsOut implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((body: unknown) => this.#without(body)));
  }

  #without(body: unknown): unknown {
    if (body instanceof User) return { name: body.name };
    if (Array.isArray(body)) return body.map((each) => this.#without(each));
    return body;
  }
}

let handled = 0;

interface Answer {
  header(name: string, value: string): unknown;
}

@Controller()
@UseInterceptors(RedisCacheInterceptor)
@CacheTtl(60_000)
class Shop {
  @Get('user') user() {
    return new User();
  }
  @Get('users') users() {
    return [new User()];
  }
  @Get('entity') entity() {
    return { handled: ++handled, saved: { toJSON: () => ({ password: 'hunter2' }) } };
  }
  @Get('map') map() {
    return { handled: ++handled, prices: new Map() };
  }
  @Get('plain') plain() {
    return { handled: ++handled, at: new Date(0), bare: Object.create(null) as object, list: [[null, {}]] };
  }
  @Get('old') old(@Res({ passthrough: true }) res: Answer) {
    res.header('Cache-Control', 'max-age=100');
    res.header('Age', '90');
    return { handled: ++handled };
  }
  @Get('twice') twice(@Res({ passthrough: true }) res: Answer) {
    res.header('Cache-Control', 'max-age=0, max-age=1000');
    return { handled: ++handled };
  }
  @Get('hop') hop(@Res({ passthrough: true }) res: Answer) {
    res.header('Connection', 'X-Hop');
    res.header('X-Hop', 'of one connection');
    res.header('Proxy-Authenticate', 'Basic');
    res.header('X-Shelf', 'B');
    return { handled: ++handled };
  }
  @Get('echo') echo(@Req() _req: unknown) {
    return { handled: ++handled };
  }
}

async function shop(platform: 'express' | 'fastify', logger: LoggerService | false = false) {
  const { resilience } = await stage();
  @Module({
    controllers: [Shop],
    providers: [{ provide: REDIS_CACHE, useFactory: () => createCache(resilience) }],
  })
  class App {}
  const app: INestApplication =
    platform === 'express'
      ? await NestFactory.create(App, { logger })
      : await NestFactory.create(App, new FastifyAdapter(), { logger });
  onTestFinished(() => app.close());
  app.useGlobalInterceptors(new LeavesPasswordsOut());
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers });
    return { text: await response.text(), headers: response.headers, cache: response.headers.get('x-cache') };
  };
}

describe.each(['express', 'fastify'] as const)('the cache interceptor on %s', (platform) => {
  it('keeps no instance of a class, which an interceptor around it would no longer know', async () => {
    const visit = await shop(platform);
    for (const path of ['/user', '/users']) {
      const answers = [await visit(path), await visit(path)];
      for (const { text, cache } of answers) {
        expect(text).not.toContain('hunter2');
        expect(cache).toBe('BYPASS');
      }
    }
    for (const path of ['/entity', '/map']) {
      await visit(path);
      expect((await visit(path)).cache).toBe('BYPASS');
    }
    const first = await visit('/plain');
    expect(await visit('/plain')).toMatchObject({ text: first.text, cache: 'HIT' });
  });

  it('says once for each class why its instances are not cached', async () => {
    const lines: string[] = [];
    const ignore = () => undefined;
    const visit = await shop(platform, {
      log: ignore,
      error: ignore,
      warn: (line: string) => lines.push(line),
    });
    for (const path of ['/user', '/users', '/map', '/entity', '/plain', '/user']) await visit(path);
    expect(lines.map((line) => /instance of (\w+) /.exec(line)?.[1])).toEqual(['User', 'Map']);
  });

  it('adds its own time to the age that an answer came with', async () => {
    const visit = await shop(platform);
    await visit('/old');
    const again = await visit('/old');
    expect(again.cache).toBe('HIT');
    expect(Number(again.headers.get('age'))).toBeGreaterThanOrEqual(90);
  });

  it('takes a directive that is repeated at its first word', async () => {
    const visit = await shop(platform);
    await visit('/twice');
    expect((await visit('/twice')).cache).toBe('BYPASS');
  });

  it('keeps no header that is for one connection', async () => {
    const visit = await shop(platform);
    await visit('/hop');
    const { cache, headers } = await visit('/hop');
    expect([cache, headers.get('x-hop'), headers.get('proxy-authenticate'), headers.get('x-shelf')]).toEqual([
      'HIT',
      null,
      null,
      'B',
    ]);
  });

  it.each(['x-arr-clientcert', 'x-pomerium-trace', 'x-envoy-peer', 'sec-browser-session', 'x-b3-visitor'])(
    'never shares among requests that differ in %s',
    async (name) => {
      const visit = await shop(platform);
      const first = await visit('/echo', { [name]: 'a' });
      expect((await visit('/echo', { [name]: 'b' })).text).not.toBe(first.text);
    },
  );
});
