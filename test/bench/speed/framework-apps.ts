// A separate process with the same small application in each framework, with and without the guard.
import 'reflect-metadata';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { redisGuard as expressGuard } from '@redis-resilience/express';
import { redisGuard as koaGuard } from '@redis-resilience/koa';
import { RedisGuardInterceptor, RedisResilienceModule } from '@redis-resilience/nestjs';
import { Controller, Get, Module, type CallHandler, type NestInterceptor, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import express, { type RequestHandler } from 'express';
import Koa from 'koa';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An interceptor that does nothing, to measure what Nest itself spends on one. */
class EmptyInterceptor implements NestInterceptor {
  intercept(_: unknown, next: CallHandler): ReturnType<CallHandler['handle']> {
    return next.handle();
  }
}

const url = process.argv[2] as string;
const resilience = createRedisResilience(url);
await resilience.ready({ timeoutMs: 5_000 });
const answer = { products: ['apple', 'pear', 'plum'], end: true };

const ports = {
  express: await listen(expressApp(undefined)),
  'express with an empty middleware': await listen(expressApp((_, __, next) => next())),
  'express with guard': await listen(expressApp(expressGuard({ resilience }))),
  koa: await listen(koaApp(undefined)),
  'koa with guard': await listen(koaApp(resilience)),
  nest: await nestApp(),
  'nest with an empty interceptor': await nestApp(EmptyInterceptor),
  'nest with guard': await nestApp(RedisGuardInterceptor),
};
process.on('disconnect', () => process.exit(0));
// Replies to any message with the CPU time used so far, in microseconds.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(ports);

function expressApp(middleware: RequestHandler | undefined): RequestListener {
  const app = express();
  if (middleware) app.use(middleware);
  app.get('/products', (_, response) => void response.json(answer));
  return app;
}

function koaApp(guardedBy: RedisResilience | undefined): RequestListener {
  const app = new Koa();
  if (guardedBy) app.use(koaGuard({ resilience: guardedBy }));
  app.use((context) => {
    if (context.path === '/products') context.body = answer;
  });
  const handle = app.callback();
  return (request, response) => void handle(request, response);
}

async function nestApp(interceptor?: Type<NestInterceptor>): Promise<number> {
  class Products {
    list(): typeof answer {
      return answer;
    }
  }
  Controller()(Products);
  Get('products')(
    Products.prototype,
    'list',
    Object.getOwnPropertyDescriptor(Products.prototype, 'list') as PropertyDescriptor,
  );
  class Application {}
  Module({
    imports: interceptor === RedisGuardInterceptor ? [RedisResilienceModule.forRoot({ url })] : [],
    controllers: [Products],
    providers: interceptor ? [{ provide: APP_INTERCEPTOR, useClass: interceptor }] : [],
  })(Application);
  const app = await NestFactory.create(Application, { logger: false });
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as AddressInfo).port;
}

function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
