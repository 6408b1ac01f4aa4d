import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Inject, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { RedisResilience } from '@redis-resilience/core';
import { trace } from '@opentelemetry/api';
import express from 'express';
import Koa from 'koa';

/** An application whose route `/cart` reads from Redis with a fallback, within its own span named `request`. */
export interface TracedApp extends AsyncDisposable {
  readonly origin: string;
}

export const tracedApps: readonly (readonly [string, (resilience: RedisResilience) => Promise<TracedApp>])[] =
  [
    [
      'Express',
      (resilience) => {
        const app = express();
        app.get('/cart', (_req, res, next) => void readCart(resilience).then((cart) => res.json(cart), next));
        return listen(app);
      },
    ],
    [
      'Koa',
      (resilience) => {
        const app = new Koa();
        app.use(async (ctx) => {
          ctx.body = await readCart(resilience);
        });
        const handler = app.callback();
        return listen((req, res) => void handler(req, res));
      },
    ],
    [
      'Nest',
      async (resilience) => {
        const options = { logger: false, abortOnError: false, forceCloseConnections: true } as const;
        const app = await NestFactory.create(CartModule.for(resilience), new ExpressAdapter(), options);
        await app.listen(0, '127.0.0.1');
        return { origin: await app.getUrl(), [Symbol.asyncDispose]: () => app.close() };
      },
    ],
  ];

/** Handles one request within a span, as the instrumentation of a framework would create it. */
function readCart(resilience: RedisResilience): Promise<{ cart: string | null }> {
  return trace.getTracer('test').startActiveSpan('request', async (span) => {
    try {
      const cart = await resilience.execute((client) => client.get('cart'), { fallback: () => 'fallback' });
      return { cart };
    } finally {
      span.end();
    }
  });
}

@Controller()
class CartController {
  readonly #resilience: RedisResilience;

  constructor(@Inject('resilience') resilience: unknown) {
    this.#resilience = resilience as RedisResilience;
  }

  @Get('cart')
  cart() {
    return readCart(this.#resilience);
  }
}

@Module({})
class CartModule {
  static for(resilience: RedisResilience): DynamicModule {
    const providers = [{ provide: 'resilience', useValue: resilience }];
    return { module: CartModule, controllers: [CartController], providers };
  }
}

async function listen(handler: RequestListener): Promise<TracedApp> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
