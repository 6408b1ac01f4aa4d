import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { onTestFinished } from 'vitest';
import type { Redis } from 'ioredis';
import * as redis from 'redis';
import { newestProtocol } from '../integration/stage/supported-protocols.ts';
import type { Client } from './contract/call-case.ts';

export interface Stage {
  readonly resilience: RedisResilience<Redis>;
  readonly client: Client;
}

/** A connected node-redis client on top of a resilience; both are closed when the test ends. */
export async function front(
  url: string,
  options: ResilienceOptions = {},
  given: object = {},
): Promise<Stage> {
  const resilience = createRedisResilience(url, { logger: false, ...options });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const client = createNodeRedisClient(resilience, redis, {
    RESP: newestProtocol,
    ...given,
  }) as unknown as Client;
  await client.connect();
  return { resilience, client };
}

/** Names of the events that a client emits. */
export function eventsOf(client: Client): string[] {
  const seen: string[] = [];
  for (const name of ['connect', 'ready', 'reconnecting', 'error', 'end'])
    client.on(name, () => seen.push(name));
  return seen;
}
