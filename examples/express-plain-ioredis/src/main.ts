import express from 'express';
import { Redis } from 'ioredis';
import { loadProduct, type Product } from './database.ts';

const redis = new Redis(process.env['REDIS_URL'] ?? 'redis://localhost:6379');
redis.on('error', () => undefined); // else ioredis prints a line per attempt
const app = express();

app.get('/livez', (_req, res) => void res.json({ status: 'pass' }));
app.get('/readyz', async (_req, res) => {
  await redis.ping();
  res.json({ status: 'pass' });
});

app.get('/', (_req, res) => {
  res.json({ shop: 'open', redis: redis.status, degraded: redis.status !== 'ready' });
});

app.get('/products/:id', async (req, res) => {
  const { id } = req.params;
  const key = `product:${id}`;
  const cached = await redis.get(key).catch(() => null);
  const product = cached === null ? await loadProduct(id) : (JSON.parse(cached) as Product);
  if (product === undefined) {
    res.status(404).json({ error: `There is no product ${id}.` });
    return;
  }
  if (cached === null) {
    redis.set(key, JSON.stringify(product), 'EX', 60).catch(() => undefined); // nobody waits for it
  }
  res.json({ ...product, from: cached === null ? 'database' : 'redis' });
});

app.post('/cart/:user', async (req, res) => {
  const { product, quantity = '1' } = req.query;
  if (typeof product !== 'string' || typeof quantity !== 'string') {
    res.status(400).json({ error: 'Say which product: POST /cart/anna?product=7&quantity=2' });
    return;
  }
  await redis.hset(`cart:${req.params.user}`, product, quantity);
  res.status(201).json({ product, quantity });
});

app.get('/cart/:user', async (req, res) => {
  res.json(await redis.hgetall(`cart:${req.params.user}`));
});

const port = Number(process.env['PORT'] ?? 3000);
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`The shop is open: http://127.0.0.1:${port}`);
});

function close(): void {
  server.close(() => redis.disconnect());
}
process.once('SIGTERM', close);
process.once('SIGINT', close);
