import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';

/**
 * Opens another connection, which has the same protection as the shared connection. The transport needs a
 * connection of its own, because a connection with subscriptions accepts no other commands.
 */
export function ownConnection({ client }: RedisResilience): Redis {
  return (client as Redis).duplicate();
}
