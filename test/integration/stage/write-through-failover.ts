import type { RedisResilience } from '@redis-resilience/core';
import { waitFor, type SentinelGroup } from '@redis-resilience/testing';
import { expect } from 'vitest';
import { CallLoop } from './call-loop.ts';

/**
 * Writes continuously during a failover of the group until the new primary replies, and expects that it has the value.
 */
export async function writeThroughFailover(group: SentinelGroup, { client }: RedisResilience): Promise<void> {
  const loop = new CallLoop(() => client.set('greeting', 'hello'));
  await loop.untilAnswered(20);
  await group.failover();
  const failedOverAt = performance.now();
  await waitFor(() => loop.firstAnswerAfter(failedOverAt) !== undefined, { timeoutMs: 5_000 });
  await loop.untilAnswered(20);
  await loop.finish();
  const primary = await group.currentPrimary();
  expect(await primary.command('GET', 'greeting')).toBe('hello');
}
