import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '@redis-resilience/testing';

/** How long each part of the drama lasts, in milliseconds. */
export interface Drama {
  readonly coldMs: number;
  readonly killedMs: number;
  readonly betweenMs: number;
  readonly frozenMs: number;
  readonly afterMs: number;
}

/** Redis is there for a moment, killed, back with nothing in it, frozen, and back again. */
export async function play(server: RedisServer, drama: Drama): Promise<void> {
  await delay(drama.coldMs);
  await server.restart({ afterMs: drama.killedMs });
  await delay(drama.betweenMs);
  await server.freeze();
  await delay(drama.frozenMs);
  server.thaw();
  await delay(drama.afterMs);
}
