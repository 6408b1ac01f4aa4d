import type { RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  isAway,
  pause,
  resilienceOf,
  sourcesOf,
  untilChange,
} from '@redis-resilience/core/kit';

type Plain = boolean | number | string;

/** Reply from Redis to a raw command. */
export type RawReply = Plain | Plain[];

const lookAgainMs = 100;
const maxLookMs = 1000;

/**
 * Returns a function for the option `sendCommand` of rate-limit-redis. The function sends raw commands through the
 * protected client. SCRIPT LOAD waits until Redis is available, however long that takes, because a store whose script
 * failed to load never loads it again.
 *
 * @throws {@link ConfigurationError} when `resilience` is not a RedisResilience
 * @example
 * new RedisStore({ sendCommand: sendCommandOf(resilience) });
 */
export function sendCommandOf(resilience: RedisResilience): (...command: string[]) => Promise<RawReply> {
  checkArgument('sendCommandOf.resilience', resilience, resilienceOf);
  return (...command) => {
    const [name = '', ...args] = command;
    const send = () => resilience.client.call(name, ...args) as Promise<RawReply>;
    const loadsScript = name.toUpperCase() === 'SCRIPT' && args[0]?.toUpperCase() === 'LOAD';
    return loadsScript ? untilAnswered(resilience, send) : send();
  };
}

async function untilAnswered<T>(resilience: RedisResilience, send: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!isAway(error) || error.reason === 'closed') throw error;
      await untilServing(resilience);
    }
  }
}

async function untilServing(resilience: RedisResilience): Promise<void> {
  const { clock } = sourcesOf(resilience);
  if (resilience.snapshot().writes) return pause(clock, lookAgainMs);
  await untilChange(resilience, clock, ({ writes }) => writes, { timeoutMs: maxLookMs });
}
