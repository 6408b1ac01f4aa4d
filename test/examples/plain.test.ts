import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startExample, type Example } from './start-example.ts';

let server: RedisServer;
let worker: Example;

beforeEach(async () => {
  server = await startRedis({ keep: true });
  worker = await startExample('plain', server.url);
});
afterEach(async () => {
  worker.kill();
  await server.stop();
});

/**
 * Puts order 1 with two pieces, or order 2 with three, into the queue. If an order were counted twice, the total would
 * differ from the expected 2 or 5.
 */
async function order(id: 1 | 2): Promise<void> {
  const text = JSON.stringify({ id: String(id), product: '7', quantity: id + 1 });
  await server.command('LPUSH', 'orders', text);
}
async function seeSold(quantity: number): Promise<void> {
  const isSold = async (): Promise<boolean> =>
    (await server.command('HGET', 'sold', '7')) === String(quantity) &&
    (await server.command('LLEN', 'orders:taken')) === 0;
  await waitFor(isSold, {
    timeoutMs: 10_000,
    message: `${quantity} to be sold. It said: ${worker.output()}`,
  });
}
async function read(text: string): Promise<void> {
  await waitFor(() => worker.output().includes(text), { timeoutMs: 10_000, message: `it to say: ${text}` });
}

it('the plain example takes orders and counts what was sold', async () => {
  await Promise.all([order(1), order(2)]);
  await seeSold(5);
  expect(worker.output()).toContain('Order 1: 2 of product 7');
});

it('the plain example says that Redis is away, waits, and goes on when it is back', async () => {
  await order(1);
  await seeSold(2);
  await server.kill();
  await read('Redis is degraded or down');
  await server.start();
  await order(2);
  await seeSold(5);
  await read('Redis is up again after');
});

it('the plain example counts an order once that was given twice', async () => {
  await order(1);
  await order(1);
  await order(2);
  await seeSold(5);
});

it('the plain example puts aside what is not an order, and goes on', async () => {
  await server.command('LPUSH', 'orders', 'not json', 'null', '{"id":"3"}', '{"id":"4","product":"7"}');
  await order(1);
  await seeSold(2);
  await order(2);
  await seeSold(5);
  expect(await server.command('LLEN', 'orders:refused')).toBe(4);
  expect(worker.output()).toContain('Not an order, and so put into the list orders:refused: not json');
});

it('the plain example ends on SIGTERM, whether Redis is there or not', async () => {
  await order(1);
  await seeSold(2);
  expect(await worker.terminate()).toBe(0);
  worker = await startExample('plain', server.url);
  await order(2);
  await seeSold(5);
  await server.kill();
  await read('Redis is degraded or down');
  expect(await worker.terminate()).toBe(0);
});
