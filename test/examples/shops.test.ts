import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startExample, type Example } from './start-example.ts';

// Nest closes the application, and then ends the process with the signal that it received.
describe.each([
  ['express', 0],
  ['koa', 0],
  ['nestjs', 'SIGTERM'],
])('the %s example', (name, ending) => {
  let server: RedisServer;
  let shop: Example | undefined;

  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(() => server.start());
  afterAll(async () => {
    shop?.kill();
    await server.stop();
  });

  async function open(): Promise<Example> {
    shop?.kill();
    shop = await startExample(name, server.url);
    return shop;
  }
  /** Returns the shop of the previous test if that test left it running; otherwise, starts a new one. */
  async function openWhileUp(): Promise<Example> {
    const opened = shop ?? (await open());
    await see('up');
    return opened;
  }
  async function terminate(): Promise<unknown> {
    const ended = shop?.terminate();
    shop = undefined;
    return await ended;
  }
  async function see(status: 'up' | 'down'): Promise<void> {
    const isSeen = async (): Promise<boolean> => (await shop?.ask('/'))?.body['redis'] === status;
    await waitFor(isSeen, { timeoutMs: 10_000, message: `the shop to see Redis ${status}` });
  }

  it('serves a page from the database, then from Redis', async () => {
    const { ask } = await openWhileUp();
    expect((await ask('/products/7')).body).toMatchObject({ name: 'Product 7', from: 'database' });
    await waitFor(async () => (await ask('/products/7')).body['from'] === 'redis');
    expect((await ask('/products/0')).status).toBe(404);
  });

  it('keeps a cart in Redis', async () => {
    const { ask } = await openWhileUp();
    expect((await ask('/cart/anna?product=7&quantity=2', 'POST')).status).toBe(201);
    expect((await ask('/cart/anna')).body).toEqual({ 7: '2' });
    expect((await ask('/cart/anna', 'POST')).status).toBe(400);
  });

  it('says that it is degraded while Redis is killed, and goes on', async () => {
    const { ask } = await openWhileUp();
    await server.kill();
    await see('down');
    expect((await ask('/')).body).toMatchObject({ shop: 'open', degraded: true });
    expect((await ask('/products/7')).body).toMatchObject({ name: 'Product 7', from: 'database' });
    const refused = await ask('/cart/anna?product=7', 'POST');
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await ask('/livez')).toMatchObject({ status: 200, body: { status: 'pass' } });
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { status: 'warn' } });
  });

  it('heals when Redis is back', async () => {
    const { ask } = await openWhileUp();
    await server.kill();
    await see('down');
    await server.start();
    await see('up');
    expect((await ask('/cart/anna?product=7', 'POST')).status).toBe(201);
    expect((await ask('/readyz')).body).toEqual({ status: 'pass' });
  });

  it('opens while Redis is down, and heals the same way', async () => {
    await server.kill();
    const { ask } = await open();
    expect((await ask('/products/7')).body).toMatchObject({ from: 'database' });
    await see('down');
    await server.start();
    await see('up');
  });

  it('ends on SIGTERM, whether Redis is there or not', async () => {
    await openWhileUp();
    expect(await terminate()).toBe(ending);
    await openWhileUp();
    await server.kill();
    await see('down');
    expect(await terminate()).toBe(ending);
  });
});
