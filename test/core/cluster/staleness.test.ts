import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { Staleness } from '../../../packages/core/src/cluster/nodes/staleness.ts';
import { commandOf, connectionError, fateOf, replyError } from '../command/call-of.ts';

it.each([
  [replyError("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."), true],
  [replyError('LOADING Redis is loading the dataset in memory'), true],
  [replyError('CLUSTERDOWN Hash slot not served'), true],
  [replyError('WRONGTYPE Operation against a key holding the wrong kind of value'), false],
  [connectionError(), false],
])('a replica that replies %s is stale for a second: %s', async (error, isStale) => {
  const clock = new ManualClock();
  const staleness = new Staleness(clock);
  const command = commandOf('get', 'a');
  staleness.watch(command);
  expect(staleness.isStale).toBe(false);
  command.reject(error);
  expect(await fateOf(command)).toEqual({ error });
  expect(staleness.isStale).toBe(isStale);
  clock.travel(999);
  expect(staleness.isStale).toBe(isStale);
  clock.travel(1);
  expect(staleness.isStale).toBe(false);
});
