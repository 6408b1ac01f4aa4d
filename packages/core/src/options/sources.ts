import { systemClock, systemRandom, type Clock, type Random } from '../clock.ts';
import type { RedisResilience } from '../redis-resilience.ts';

/** Sources of time and of random numbers. */
export interface Sources {
  readonly clock: Clock;
  readonly random: Random;
}

const systemSources: Sources = { clock: systemClock, random: systemRandom };
const ownSources = new WeakMap<RedisResilience, Sources>();

/** Remembers the sources of a `RedisResilience` for {@link sourcesOf}. */
export function noteSources(resilience: RedisResilience, { clock, random }: Sources): void {
  if (clock !== systemClock || random !== systemRandom) ownSources.set(resilience, { clock, random });
}

/** Returns the sources that a `RedisResilience` was created with; by default, those of the system. */
export function sourcesOf(resilience: RedisResilience): Sources {
  return ownSources.get(resilience) ?? systemSources;
}
