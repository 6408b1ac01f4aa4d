import type { RedisResilience } from '@redis-resilience/core';

type Client = RedisResilience['client'];

/** What `LPUSH orders '{"id":"42","product":"7","quantity":2}'` puts into the list. */
interface Order {
  readonly id: string;
  readonly product: string;
  readonly quantity: number;
}

/** The order that was taken and not finished, if any; else the next one, or null when none came for a second. */
export async function nextOrder(queue: Client): Promise<string | null> {
  const unfinished = await queue.lindex('orders:taken', 0);
  return unfinished ?? (await queue.blmove('orders', 'orders:taken', 'RIGHT', 'LEFT', 1));
}

/** Counts an order once, however often it has to be tried. */
export async function ship(text: string, resilience: RedisResilience, queue: Client): Promise<void> {
  const { id, product, quantity } = JSON.parse(text) as Order;
  const sold = await resilience.applyOnce(`order:${id}`, 'hincrby', 'sold', product, quantity);
  await queue.lrem('orders:taken', 1, text);
  console.log(`Order ${id}: ${quantity} of product ${product}, ${String(sold)} sold in all.`);
}
