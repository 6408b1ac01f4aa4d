import type { RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';
import type { Delivery } from './delivery.ts';
import { isRepeatable, planWrite } from './write/write-plan.ts';

/** Delivers to Redis: repeatable writes as they are, all others through `applyOnce`. */
export function redisDelivery(resilience: RedisResilience): Delivery {
  return {
    plan: planWrite,
    deliver: ({ id, hasOwnId, command, args }) =>
      isRepeatable(command) && !hasOwnId
        ? resilience.client.call(command, ...args)
        : resilience.applyOnce(id, command, ...args),
    judge: (error) => (isAway(error) || isRefusedForNow(error) ? 'later' : 'never'),
  };
}
