import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';

/** A connection beside the shared one, protected as that is: a subscriber takes no other commands. */
export function ownConnection({ client }: RedisResilience): Redis {
  return (client as Redis).duplicate();
}
