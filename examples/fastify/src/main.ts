import { defaultRedisResilience } from '@redis-resilience/core';
import fastify from 'fastify';
import { loadProduct, type Product } from './database.ts';
import { redisGuard, requireRedis } from './redis-guard.ts';

interface Cart {
  readonly Params: { readonly user: string };
  readonly Querystring: { readonly product?: string; readonly quantity?: string };
}

const resilience = defaultRedisResilience(); // where REDIS_URL says, else redis://localhost:6379
const app = fastify();
redisGuard(app, resilience, { budgetMs: 300 }); // one request waits 300 ms for Redis in all, never longer

app.get('/', ({ redisGuard: { status, degraded, cause } }) => {
  return { shop: 'open', redis: status, degraded, why: cause?.message };
});

// Redis is a cache here: without it a page comes from the database, slower but whole.
app.get<{ Params: { id: string } }>('/products/:id', async ({ params: { id }, redisGuard }, reply) => {
  const key = `product:${id}`;
  const cached = await redisGuard.execute((redis) => redis.get(key), { fallback: () => null });
  const product = cached === null ? await loadProduct(id) : (JSON.parse(cached) as Product);
  if (product === undefined) return reply.code(404).send({ error: `There is no product ${id}.` });
  if (cached === null) {
    redisGuard.client.set(key, JSON.stringify(product), 'EX', 60).catch(() => undefined); // nobody waits for it
  }
  return { ...product, from: cached === null ? 'database' : 'redis' };
});

// Carts live in Redis alone: without it the customer is told at once, and when to come back.
app.post<Cart>('/cart/:user', { preHandler: requireRedis('write') }, async (request, reply) => {
  const { product, quantity = '1' } = request.query;
  if (product === undefined) {
    return reply.code(400).send({ error: 'Say which product: POST /cart/anna?product=7&quantity=2' });
  }
  await request.redisGuard.client.hset(`cart:${request.params.user}`, product, quantity);
  return reply.code(201).send({ product, quantity });
});

app.get<Cart>('/cart/:user', { preHandler: requireRedis('read') }, ({ params, redisGuard }) =>
  redisGuard.client.hgetall(`cart:${params.user}`),
);

const address = await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
console.log(`The shop is open: ${address}`);

function close(): void {
  void app.close().then(() => resilience.close());
}
process.once('SIGTERM', close);
process.once('SIGINT', close);
