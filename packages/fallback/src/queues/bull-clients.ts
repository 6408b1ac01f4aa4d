import type { Cluster, Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf, sourcesOf } from '@redis-resilience/core/kit';
import type { ConnectionForBull } from './connections.ts';
import { workerClient, workersCallsWait } from './worker-client.ts';

/** Options for a Bull 4 `Queue`. */
export interface BullClients {
  createClient(type: 'client' | 'subscriber' | 'bclient'): ConnectionForBull;
}

/**
 * Creates the options of Bull 4 queues. While Redis is unavailable, adding a job fails after half a second, and
 * processors wait for as long as the outage lasts, without retrying in a tight loop. Queues that get the same options
 * share two connections; in addition, each queue has one connection of its own. Bull leaves the connections open;
 * `resilience.close()` closes them.
 *
 * @throws {@link ConfigurationError} when `resilience` is not a RedisResilience
 * @example
 * const options = bullClients(resilience);
 * const queue = new Bull('mails', { ...options, defaultJobOptions: { attempts: 3 } });
 * queue.on('error', () => {}); // without a listener, Bull prints errors
 */
export function bullClients(resilience: RedisResilience): BullClients {
  checkArgument('bullClients.resilience', resilience, resilienceOf);
  const worker = workerClient(resilience.client, resilience, sourcesOf(resilience).clock, workersCallsWait);
  let subscriber: Redis | undefined;
  return {
    createClient(type) {
      if (type === 'client') return worker;
      if (type === 'bclient') return duplicateOf(worker);
      subscriber ??= duplicateOf(resilience.client);
      return subscriber;
    },
  };
}

function duplicateOf(client: Redis | Cluster): Redis {
  return (client as Redis).duplicate();
}
