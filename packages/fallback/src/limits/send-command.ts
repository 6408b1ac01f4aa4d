import type { RedisResilience } from '@redis-resilience/core';

type Plain = boolean | number | string;

/** What Redis answers to a raw command. */
export type RawReply = Plain | Plain[];

/**
 * What rate-limit-redis is to be made with: raw commands on the protected client.
 *
 * @example
 * new RedisStore({ sendCommand: sendCommandOf(resilience) });
 */
export function sendCommandOf(resilience: RedisResilience): (...command: string[]) => Promise<RawReply> {
  return (...command) => {
    const [name = '', ...args] = command;
    return resilience.client.call(name, ...args) as Promise<RawReply>;
  };
}
