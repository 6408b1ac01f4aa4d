import type { Cluster, Redis } from 'ioredis';
import { quietTransactions } from './quiet-transactions.ts';
import { waitInScanStreams } from './scan-streams.ts';

/** Keeps transactions and streams whose errors nobody handles from ending the process in an outage. */
export function spareUnwatched(client: Redis | Cluster): void {
  quietTransactions(client);
  waitInScanStreams(client);
}
