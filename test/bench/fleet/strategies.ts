import { backoffClient } from './backoff-client.js';
import type { MakeClient } from './fleet-client.js';
import { pacedClient } from './paced-client.js';

/** The reconnection strategies of several libraries, with their default settings. */
export const strategies = {
  'Redis Resilience': pacedClient(),
  'ioredis 6': backoffClient({
    delayMs: (attempt, random) => Math.min(2 ** (attempt - 1) * 50, 5_000) + Math.floor(random() * 200),
    connectTimeoutMs: 10_000,
  }),
  'ioredis 5': backoffClient({
    delayMs: (attempt) => Math.min(attempt * 50, 2_000),
    connectTimeoutMs: 10_000,
  }),
  // The first attempt after a loss happens immediately.
  'node-redis 6': backoffClient({
    delayMs: (attempt, random) =>
      attempt === 1 ? 0 : Math.min(2 ** (attempt - 2) * 50, 2_000) + Math.floor(random() * 200),
    connectTimeoutMs: 5_000,
  }),
  'estimate 3 times too low': pacedClient({ estimateFactor: 1 / 3 }),
  'estimate 3 times too high': pacedClient({ estimateFactor: 3 }),
  'longest period 15 s': pacedClient({ maxPeriodMs: 15_000 }),
  'a dialer per connection': pacedClient({ isShared: false }),
} satisfies Record<string, MakeClient>;

export type StrategyName = keyof typeof strategies;
