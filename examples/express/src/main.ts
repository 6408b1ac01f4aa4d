import { defaultRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/express';
import { redisStatusPage } from '@redis-resilience/telemetry/express';
import express from 'express';
import { loadProduct, type Product } from './database.ts';

const resilience = defaultRedisResilience(); // where REDIS_URL says, else redis://localhost:6379
const app = express();
const statusPage = redisStatusPage({ resilience, enabled: true }); // GET /redis-status; by default in development only

app.use(statusPage);
app.use(redisHealth()); // GET /livez, /readyz, /health/redis
app.use(redisGuard({ budgetMs: 300 })); // one request waits 300 ms for Redis in all, never longer

app.get('/', (req, res) => {
  const { status, degraded, cause } = req.redisGuard;
  res.json({ shop: 'open', redis: status, degraded, why: cause?.message });
});

// Redis is a cache here: without it a page comes from the database, slower but whole.
app.get('/products/:id', async (req, res) => {
  const { id } = req.params;
  const key = `product:${id}`;
  const cached = await req.redisGuard.execute((redis) => redis.get(key), { fallback: () => null });
  const product = cached === null ? await loadProduct(id) : (JSON.parse(cached) as Product);
  if (product === undefined) {
    res.status(404).json({ error: `There is no product ${id}.` });
    return;
  }
  if (cached === null) {
    req.redisGuard.client.set(key, JSON.stringify(product), 'EX', 60).catch(() => undefined); // nobody waits for it
  }
  res.json({ ...product, from: cached === null ? 'database' : 'redis' });
});

// Carts live in Redis alone: without it the customer is told at once, and when to come back.
app.post('/cart/:user', requireRedis('write'), async (req, res) => {
  const { product, quantity = '1' } = req.query;
  if (typeof product !== 'string' || typeof quantity !== 'string') {
    res.status(400).json({ error: 'Say which product: POST /cart/anna?product=7&quantity=2' });
    return;
  }
  await req.redisGuard.client.hset(`cart:${req.params.user}`, product, quantity);
  res.status(201).json({ product, quantity });
});

app.get('/cart/:user', requireRedis('read'), async (req, res) => {
  res.json(await req.redisGuard.client.hgetall(`cart:${req.params.user}`));
});

app.use(redisErrors()); // what Redis refused in the middle of a request: 503, and why

const port = Number(process.env['PORT'] ?? 3000);
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`The shop is open: http://127.0.0.1:${port}`);
});

function close(): void {
  statusPage.close();
  server.close(() => void resilience.close());
}
process.once('SIGTERM', close);
process.once('SIGINT', close);
