import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';

type Plain = boolean | number | string;

/** The answer of Redis to a raw command. */
export type RawReply = Plain | Plain[];

/**
 * The option `sendCommand` of rate-limit-redis: sends raw commands on the protected client.
 *
 * @throws {@link ConfigurationError} when the resilience is not one
 * @example
 * new RedisStore({ sendCommand: sendCommandOf(resilience) });
 */
export function sendCommandOf(resilience: RedisResilience): (...command: string[]) => Promise<RawReply> {
  checkArgument('sendCommandOf.resilience', resilience, resilienceOf);
  return (...command) => {
    const [name = '', ...args] = command;
    return resilience.client.call(name, ...args) as Promise<RawReply>;
  };
}
