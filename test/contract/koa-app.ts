import { createRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/koa';
import type Koa from 'koa';
import type { Context, Middleware } from 'koa';
import type { AdapterUnderTest, ContractSetting } from './adapter-contract.ts';
import {
  breakDown,
  lease,
  leaseTwentyTimes,
  readOrFallBack,
  readPlainly,
  readTwentyTimes,
  stateOf,
  write,
} from './handlers.ts';
import { listen } from './listen.ts';

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
      app.use(route('GET', '/state', (ctx) => stateOf(ctx.redisGuard)));
      app.use(route('GET', '/fallback', (ctx) => readOrFallBack(ctx.redisGuard)));
      app.use(route('GET', '/plain', (ctx) => readPlainly(ctx.redisGuard)));
      app.use(route('GET', '/lease', (ctx) => lease(ctx.redisGuard)));
      app.use(route('GET', '/twenty-leases', (ctx) => leaseTwentyTimes(ctx.redisGuard)));
      app.use(route('GET', '/twenty-reads', (ctx) => readTwentyTimes(ctx.redisGuard)));
      app.use(only('POST', '/writes', requireRedis('write')));
      app.use(route('POST', '/writes', (ctx) => write(ctx.redisGuard), 201));
      app.use(route('GET', '/broken', breakDown));
      const handler = app.callback();
      return listen((req, res) => void handler(req, res), resilience);
    },
    misuses: [
      [
        /redisGuard\.budgetMS does not exist\. Did you mean budgetMs\?/,
        () => redisGuard({ budgetMS: 1 } as object),
      ],
      [/redisGuard\.mode must be one of/, () => redisGuard({ mode: 'refuse' as never })],
      [/redisHealth\.critcal does not exist/, () => redisHealth({ critcal: true } as object)],
      [/redisHealth\.paths\.liveness/, () => redisHealth({ paths: { liveness: '/up' } as object })],
      [/requireRedis\.lane must be one of/, () => requireRedis('writes' as never)],
      [/requireRedis\.resilience must be/, () => requireRedis('write', { resilience: {} as never })],
    ],
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
