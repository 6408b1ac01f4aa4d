import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedisResilience } from '@redis-resilience/core';
import { createCache } from '@redis-resilience/fallback/cache';
import { createRandom, type RedisServer } from '@redis-resilience/testing';
import { Database } from './database.ts';

/** What the customers of a shop and its database saw. */
export interface ShopReport {
  readonly requests: number;
  readonly failed: number;
  /** Number of answers that may be out of date and were marked as such. */
  readonly stale: number;
  /** Answers from a local copy or from the fallback that were not marked as stale. */
  readonly unmarked: number;
  readonly loads: number;
  readonly refusedLoads: number;
  readonly mostLoadsAtOnce: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Options of {@link openShop}. */
export interface ShopOptions {
  /** Maximum number of concurrent loads; Infinity for no limit. Infinity: no bulkhead. */
  readonly maxConcurrentLoads: number;
  readonly requestsPerSecond: number;
  readonly products?: number;
}

/** An HTTP server of a shop, and customers who request products at a constant rate, popular products more often. */
export async function openShop(server: RedisServer, options: ShopOptions) {
  const { requestsPerSecond, products = 2000 } = options;
  const database = new Database(5);
  const resilience = createRedisResilience(server.url);
  const cache = createCache(resilience, {
    ttlMs: 5000,
    maxConcurrentLoads: Math.min(options.maxConcurrentLoads, 1_000_000),
  });
  const shop = createServer((request, response) => {
    const id = Number(request.url?.slice(1));
    cache
      .lookup(`product:${id}`, () => database.product(id))
      .then(
        ({ value, stale, source }) => {
          response.setHeader('x-stale', String(stale)).setHeader('x-source', source);
          response.end(JSON.stringify(value));
        },
        () => response.writeHead(503).end(),
      );
  });
  shop.listen(0, '127.0.0.1');
  await once(shop, 'listening');
  const { port } = shop.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
  const popularity = zipf(products, createRandom(7));
  const latencies: number[] = [];
  const report = { requests: 0, failed: 0, stale: 0, unmarked: 0 };
  const under = new Set<Promise<void>>();

  const visit = async (): Promise<void> => {
    const startedAt = performance.now();
    const request = get({ agent, port, host: '127.0.0.1', path: `/${popularity()}`, timeout: 10_000 });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    await once(response, 'end');
    latencies.push(performance.now() - startedAt);
    if (response.statusCode !== 200) report.failed++;
    const isStale = response.headers['x-stale'] === 'true';
    if (isStale) report.stale++;
    const isSecondHand =
      response.headers['x-source'] === 'local' || response.headers['x-source'] === 'fallback';
    if (isSecondHand && !isStale) report.unmarked++;
  };

  const startedAt = performance.now();
  const customers = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * requestsPerSecond);
    while (report.requests < due) {
      report.requests++;
      const visited = visit()
        .catch(() => void report.failed++)
        .finally(() => under.delete(visited));
      under.add(visited);
    }
  }, 5);

  return {
    resilience,
    async close(): Promise<ShopReport> {
      clearInterval(customers);
      await Promise.all(under);
      cache.close();
      agent.destroy();
      shop.close();
      await resilience.close({ drainMs: 0 });
      latencies.sort((a, b) => a - b);
      const at = (share: number): number => Math.round(latencies[Math.floor(latencies.length * share)] ?? 0);
      return {
        ...report,
        loads: database.loads,
        refusedLoads: database.refused,
        mostLoadsAtOnce: database.most,
        p50Ms: at(0.5),
        p99Ms: at(0.99),
      };
    },
  };
}

// Popularity of the products by rank: the first is requested twice as often as the second, and three times as often as
// the third.
function zipf(count: number, random: () => number): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) sums.push((sum += 1 / rank));
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
