import { Redis } from 'ioredis';
import { internals, type Internals } from '../internals.ts';

const driver = internals(Redis.prototype);

/**
 * Makes a lost connection fail its commands in the order in which they were issued, because those that are retried are
 * sent again in that order. By itself, ioredis fails the commands in its offline queue first, although they were issued
 * last: a command enters the offline queue when the socket cannot be written to.
 */
export function flushInOrder(client: Redis): void {
  internals(client).flushQueue = flushQueuesInOrder;
}

function flushQueuesInOrder(this: Internals, error: Error, options?: object): void {
  driver.flushQueue.call(this, error, { ...options, offlineQueue: false });
  driver.flushQueue.call(this, error, { ...options, commandQueue: false });
}
