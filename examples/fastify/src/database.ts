import { setTimeout as delay } from 'node:timers/promises';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly cents: number;
}

/** Stands for the real database: it holds the products 1 to 1,000 and takes 20 ms for each. */
export async function loadProduct(id: string): Promise<Product | undefined> {
  await delay(20);
  const number = Number(id);
  const exists = Number.isInteger(number) && number >= 1 && number <= 1000;
  return exists ? { id, name: `Product ${id}`, cents: 999 + (number % 90) * 100 } : undefined;
}
