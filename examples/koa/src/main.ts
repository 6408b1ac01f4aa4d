import { Router } from '@koa/router';
import { defaultRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/koa';
import { redisStatusPage } from '@redis-resilience/telemetry/koa';
import Koa from 'koa';
import { loadProduct, type Product } from './database.ts';

const resilience = defaultRedisResilience(); // where REDIS_URL says, else redis://localhost:6379
const app = new Koa();
const router = new Router();
const statusPage = redisStatusPage({ resilience, enabled: true }); // GET /redis-status; by default in development only

app.use(redisErrors()); // what Redis refused in the middle of a request: 503, and why
app.use(statusPage);
app.use(redisHealth()); // GET /livez, /readyz, /health/redis
app.use(redisGuard({ budgetMs: 300 })); // one request waits 300 ms for Redis in all, never longer

router.get('/', (ctx) => {
  const { status, degraded, cause } = ctx.redisGuard;
  ctx.body = { shop: 'open', redis: status, degraded, why: cause?.message };
});

// Redis is a cache here: without it a page comes from the database, slower but whole.
router.get('/products/:id', async (ctx) => {
  const id = String(ctx.params['id']);
  const key = `product:${id}`;
  const cached = await ctx.redisGuard.execute((redis) => redis.get(key), { fallback: () => null });
  const product = cached === null ? await loadProduct(id) : (JSON.parse(cached) as Product);
  if (product === undefined) {
    ctx.status = 404;
    ctx.body = { error: `There is no product ${id}.` };
    return;
  }
  if (cached === null) {
    ctx.redisGuard.client.set(key, JSON.stringify(product), 'EX', 60).catch(() => undefined); // nobody waits for it
  }
  ctx.body = { ...product, from: cached === null ? 'database' : 'redis' };
});

// Carts live in Redis alone: without it the customer is told at once, and when to come back.
router.post('/cart/:user', requireRedis('write'), async (ctx) => {
  const { product, quantity = '1' } = ctx.query;
  if (typeof product !== 'string' || typeof quantity !== 'string') {
    ctx.status = 400;
    ctx.body = { error: 'Say which product: POST /cart/anna?product=7&quantity=2' };
    return;
  }
  await ctx.redisGuard.client.hset(`cart:${ctx.params['user']}`, product, quantity);
  ctx.status = 201;
  ctx.body = { product, quantity };
});

router.get('/cart/:user', requireRedis('read'), async (ctx) => {
  ctx.body = await ctx.redisGuard.client.hgetall(`cart:${ctx.params['user']}`);
});

app.use(router.routes());

const port = Number(process.env['PORT'] ?? 3000);
const server = app.listen(port, '127.0.0.1', () => {
  console.log(`The shop is open: http://127.0.0.1:${port}`);
});

function close(): void {
  statusPage.close();
  server.close(() => void resilience.close());
}
process.once('SIGTERM', close);
process.once('SIGINT', close);
