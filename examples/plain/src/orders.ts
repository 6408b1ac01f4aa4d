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

/** Counts an order once, however often it has to be tried. An order that cannot be read is put aside. */
export async function ship(text: string, resilience: RedisResilience, queue: Client): Promise<void> {
  const order = readOrder(text);
  if (order === undefined) {
    // Otherwise the worker would take it again after each restart, and no order behind it would be counted.
    await queue.lmove('orders:taken', 'orders:refused', 'LEFT', 'LEFT');
    console.log(`Not an order, and so put into the list orders:refused: ${text}`);
    return;
  }
  const { id, product, quantity } = order;
  const sold = await resilience.applyOnce(`order:${id}`, 'hincrby', 'sold', product, quantity);
  await queue.lrem('orders:taken', 1, text);
  console.log(`Order ${id}: ${quantity} of product ${product}, ${String(sold)} sold in all.`);
}

function readOrder(text: string): Order | undefined {
  try {
    const { id, product, quantity } = JSON.parse(text) as Partial<Order>;
    if (typeof id !== 'string' || typeof product !== 'string' || !Number.isSafeInteger(quantity))
      return undefined;
    return { id, product, quantity: quantity as number };
  } catch {
    return undefined;
  }
}
