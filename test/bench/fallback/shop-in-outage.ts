/*
 * A shop with a cold cache that gets 500 requests a second, and whose database can do 100 loads a second. Redis is
 * killed for 10 s, then frozen for 5 s, and then resumed. The same run also measures this shop without the limit on
 * concurrent loads, on the same Redis.
 *
 *   npx tsc -b test/bench && node test/bench/dist/fallback/shop-in-outage.js
 */
import { startRedis } from '@redis-resilience/testing';
import { play } from './outage.ts';
import { openShop } from './shop.ts';

const server = await startRedis();
const requestsPerSecond = Number(process.argv[2] ?? 500);
const withBulkhead = await openShop(server, { maxConcurrentLoads: 5, requestsPerSecond });
const without = await openShop(server, { maxConcurrentLoads: Infinity, requestsPerSecond });
await play(server, { coldMs: 1000, killedMs: 10_000, betweenMs: 3000, frozenMs: 5000, afterMs: 5000 });
console.table({ 'with bulkhead': await withBulkhead.close(), 'without bulkhead': await without.close() });
await server.stop();
