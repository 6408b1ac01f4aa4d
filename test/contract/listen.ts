import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RedisResilience } from '@redis-resilience/core';
import type { ContractApp } from './adapter-contract.ts';

/** Serves an application on a free loopback port; closing it stops first the HTTP server and then the Redis client. */
export async function listen(handler: RequestListener, resilience: RedisResilience): Promise<ContractApp> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await resilience.close();
    },
  };
}
