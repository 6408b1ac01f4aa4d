import { createRedisResilience, isRedisResilienceError } from '@redis-resilience/core';
import { nextOrder, ship } from './orders.ts';

// A worker without HTTP: it takes orders from a list and counts what was sold.
const resilience = createRedisResilience(process.env['REDIS_URL'] ?? 'redis://localhost:6379');
const queue = resilience.client.duplicate(); // a connection of its own to wait on; it is protected as well
const stopping = new AbortController();

resilience.on('outage', ({ cause }) => console.log(`Redis is degraded or down: ${cause.message}`));
resilience.on('recovered', ({ outageMs }) =>
  console.log(`Redis is up again after ${Math.round(outageMs)} ms.`),
);

process.once('SIGTERM', () => stopping.abort());
process.once('SIGINT', () => stopping.abort());

console.log('The worker waits for orders.');
while (!stopping.signal.aborted) {
  try {
    const order = await nextOrder(queue);
    if (order !== null) await ship(order, resilience, queue);
  } catch (error) {
    if (!isRedisResilienceError(error)) throw error;
    // Nothing is lost: the order still lies in one of the two lists. Wait until Redis is up, however long it takes.
    await resilience.ready({ signal: stopping.signal }).catch(() => undefined);
  }
}
await resilience.close(); // closes `queue` too
