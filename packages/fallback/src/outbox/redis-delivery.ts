import type { RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { invalidationCommand, storeMark } from '../invalidation-script.ts';
import { isRefusedForNow } from '../server-refusal.ts';
import type { Delivery } from './delivery.ts';
import type { OutboxEntry } from './write/entry.ts';
import { isRepeatable, planWrite } from './write/write-plan.ts';

// Limits how long `applyOnce` waits for Redis: a write that waited for the end of an outage could become older than
// `maxAgeMs`.
const applyTimeoutMs = 2000;

/**
 * Returns how an outbox delivers writes to Redis. A write that may run twice is sent as it is, and all others through
 * core's `applyOnce`.
 */
export function redisDelivery(resilience: RedisResilience): Delivery {
  return {
    plan: planWrite,
    deliver: (entry) => {
      const { id, command, args, database } = entry;
      if (command === invalidationCommand) {
        const [key = '', mark = '', version = '', endsAt = ''] = args;
        return storeMark(resilience.client, key, mark, String(version), ['PXAT', String(endsAt)]);
      }
      return mayRepeat(entry)
        ? resilience.client.call(command, ...args)
        : resilience.applyOnce({ id, database, timeoutMs: applyTimeoutMs }, command, ...args);
    },
    mayCross: mayRepeat,
    judge: (error) => (isAway(error) || isRefusedForNow(error) ? 'later' : 'never'),
  };
}

function mayRepeat({ command, hasOwnId }: OutboxEntry): boolean {
  return isRepeatable(command) && !hasOwnId;
}
