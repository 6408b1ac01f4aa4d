import 'reflect-metadata';
import { Catch, Controller, Get, Module, type ArgumentsHost, type Provider } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { RedisRefusedException, RedisResilienceModule, RequireRedis } from '@redis-resilience/nestjs';
import { freePort } from '@redis-resilience/testing';
import type { Response } from 'express';
import { expect, it, onTestFinished } from 'vitest';

@Controller()
@RequireRedis('write')
class Orders {
  @Get()
  place() {
    return true;
  }
}

/** The response to a request that `@RequireRedis` refuses, and the type that the response had before Nest sent it. */
async function refused(providers: Provider[]) {
  const url = `redis://127.0.0.1:${await freePort()}`;
  const connection = RedisResilienceModule.forRoot({ url, logger: false });
  @Module({ imports: [connection], controllers: [Orders], providers })
  class App {}
  const app = await NestFactory.create(App, { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const origin = await app.getUrl();
  // The very first requests pass, because Redis might be reached in a moment.
  for (;;) {
    const response = await fetch(origin);
    if (response.status === 503) return response;
  }
}

const typeBefore: unknown[] = [];

@Catch(RedisRefusedException)
class AsJson {
  catch(exception: RedisRefusedException, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<Response>();
    typeBefore.push(response.getHeader('Content-Type'));
    response.status(503).json(exception.getResponse());
  }
}

@Catch(RedisRefusedException)
class AsPage {
  catch(_exception: RedisRefusedException, host: ArgumentsHost) {
    host.switchToHttp().getResponse<Response>().status(503).send('<h1>Back soon</h1>');
  }
}

it("Nest's own filter sends problem details", async () => {
  const response = await refused([]);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(await response.json()).toMatchObject({ status: 503, code: 'REDIS_UNAVAILABLE' });
});

it('the type is set when the response is sent: Nest 11 would warn of each such response, and replace it', async () => {
  const response = await refused([{ provide: APP_FILTER, useClass: AsJson }]);
  expect(typeBefore).toEqual([undefined]);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
});

it('a page that a filter sends in place of the details keeps its type', async () => {
  const response = await refused([{ provide: APP_FILTER, useClass: AsPage }]);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
});
