import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '@redis-resilience/testing';

/** The durations of the phases of an outage, in milliseconds. */
export interface Drama {
  readonly coldMs: number;
  readonly killedMs: number;
  readonly betweenMs: number;
  readonly frozenMs: number;
  readonly afterMs: number;
}

/** Lets Redis run for a moment, kills it, restarts it empty, freezes it, and resumes it. */
export async function play(server: RedisServer, drama: Drama): Promise<void> {
  await delay(drama.coldMs);
  await server.restart({ afterMs: drama.killedMs });
  await delay(drama.betweenMs);
  await server.freeze();
  await delay(drama.frozenMs);
  server.thaw();
  await delay(drama.afterMs);
}
