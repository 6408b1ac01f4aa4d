import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';

/**
 * Returns another connection with the same protection as the shared one. It is needed because a connection with
 * subscriptions accepts no other commands.
 */
export function ownConnection({ client }: RedisResilience): Redis {
  return (client as Redis).duplicate();
}
