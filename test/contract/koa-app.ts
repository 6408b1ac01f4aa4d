import { createRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/koa';
import type Koa from 'koa';
import type { Context, Middleware } from 'koa';
import type { AdapterUnderTest, ContractSetting } from './adapter-contract.ts';
import { breakDown, reads, write } from './handlers.ts';
import { listen } from './listen.ts';
import { misusesOf } from './misuses.ts';

/** Starts the application for the contract tests on a given version of Koa. */
export function koaAdapter(Application: typeof Koa): AdapterUnderTest {
  return {
    async start({ url, critical = false, policy }: ContractSetting) {
      const resilience = createRedisResilience(url);
      const app = new Application();
      app.silent = true;
      app.use(redisErrors());
      app.use(redisHealth({ resilience, critical }));
      app.use(redisGuard({ resilience, ...policy }));
      for (const [path, read] of Object.entries(reads))
        app.use(route('GET', path, (ctx) => read(ctx.redisGuard)));
      app.use(only('POST', '/writes', requireRedis('write')));
      app.use(route('POST', '/writes', (ctx) => write(ctx.redisGuard), 201));
      app.use(route('GET', '/broken', breakDown));
      const handler = app.callback();
      return listen((req, res) => void handler(req, res), resilience);
    },
    misuses: misusesOf({ redisGuard, redisHealth, requireRedis }),
  };
}

function only(method: string, path: string, middleware: Middleware): Middleware {
  return (ctx, next) => (ctx.method === method && ctx.path === path ? middleware(ctx, next) : next());
}

function route(method: string, path: string, handle: (ctx: Context) => unknown, status = 200): Middleware {
  return only(method, path, async (ctx) => {
    ctx.body = await handle(ctx);
    ctx.status = status;
  });
}
