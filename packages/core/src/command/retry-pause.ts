import type { Random } from '../clock.ts';

const baseMs = 20;
const maxMs = 200;

/** Full jitter: a uniform pause between 0 and a bound that doubles with each attempt, 200 ms at most. */
export function retryPause(sends: number, random: Random): number {
  return 1 + random() * Math.min(maxMs, baseMs * 2 ** sends);
}
