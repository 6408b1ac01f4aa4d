import { serve } from '@hono/node-server';
import { defaultRedisResilience } from '@redis-resilience/core';
import { Hono } from 'hono';
import { loadProduct, type Product } from './database.ts';
import { redisErrors, redisGuard, requireRedis, type Guarded } from './redis-guard.ts';

const resilience = defaultRedisResilience(); // where REDIS_URL says, else redis://localhost:6379
const app = new Hono<Guarded>();

app.use(redisGuard(resilience, { budgetMs: 300 })); // one request waits 300 ms for Redis in all, never longer
app.onError(
  redisErrors((error, c) => {
    console.error(error);
    return c.text('Internal Server Error', 500);
  }),
);

app.get('/', (c) => {
  const { status, degraded, cause } = c.var.redisGuard;
  return c.json({ shop: 'open', redis: status, degraded, why: cause?.message });
});

// Redis is a cache here: without it a page comes from the database, slower but whole.
app.get('/products/:id', async (c) => {
  const id = c.req.param('id');
  const key = `product:${id}`;
  const { redisGuard } = c.var;
  const cached = await redisGuard.execute((redis) => redis.get(key), { fallback: () => null });
  const product = cached === null ? await loadProduct(id) : (JSON.parse(cached) as Product);
  if (product === undefined) return c.json({ error: `There is no product ${id}.` }, 404);
  if (cached === null) {
    redisGuard.client.set(key, JSON.stringify(product), 'EX', 60).catch(() => undefined); // nobody waits for it
  }
  return c.json({ ...product, from: cached === null ? 'database' : 'redis' });
});

// Carts live in Redis alone: without it the customer is told at once, and when to come back.
app.post('/cart/:user', requireRedis('write'), async (c) => {
  const { product, quantity = '1' } = c.req.query();
  if (product === undefined) {
    return c.json({ error: 'Say which product: POST /cart/anna?product=7&quantity=2' }, 400);
  }
  await c.var.redisGuard.client.hset(`cart:${c.req.param('user')}`, product, quantity);
  return c.json({ product, quantity }, 201);
});

app.get('/cart/:user', requireRedis('read'), async (c) =>
  c.json(await c.var.redisGuard.client.hgetall(`cart:${c.req.param('user')}`)),
);

const port = Number(process.env['PORT'] ?? 3000);
const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => {
  console.log(`The shop is open: http://127.0.0.1:${port}`);
});

function close(): void {
  server.close(() => void resilience.close());
}
process.once('SIGTERM', close);
process.once('SIGINT', close);
