import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../slack.ts';
import { startExample } from './start-example.ts';

it.each(['fastify', 'hono'])(
  'the %s example opens while Redis is down, serves, refuses what needs Redis, and heals',
  async (name) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await server.kill();
    const shop = await startExample(name, server.url);
    onTestFinished(shop.kill);
    const { ask } = shop;
    const see = (status: string) =>
      waitFor(async () => (await ask('/')).body['redis'] === status, {
        timeoutMs: 10_000,
        message: `the shop to see Redis ${status}`,
      });
    await see('down');
    expect((await ask('/products/7')).body).toMatchObject({ name: 'Product 7', from: 'database' });
    const refused = await ask('/cart/anna?product=7', 'POST');
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { status: 'warn' } });
    await server.start();
    await see('up');
    expect((await ask('/cart/anna?product=7&quantity=2', 'POST')).status).toBe(201);
    expect((await ask('/cart/anna')).body).toEqual({ 7: '2' });
    expect((await ask('/products/0')).status).toBe(404);
    await server.freeze();
    const startedAt = performance.now();
    expect((await ask('/cart/anna')).status).toBe(503); // the request has used up its budget
    expect(performance.now() - startedAt).toBeLessThan(300 + slackMs);
    server.thaw();
    expect(await shop.terminate()).toBe(0);
  },
);
