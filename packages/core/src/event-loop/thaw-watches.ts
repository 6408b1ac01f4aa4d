import type { Clock } from '../clock.ts';
import { ProcessStallDetector, type ThawKind } from './process-stall-detector.ts';

type OnThaw = (kind: ThawKind, durationMs: number) => void;

interface Shared {
  readonly detector: ProcessStallDetector;
  readonly listeners: Set<OnThaw>;
}

const byClock = new WeakMap<Clock, Shared>();

/**
 * Returns the detector of process stalls for a clock. All instances of `RedisResilience` share one detector per clock,
 * because a stall of the process affects all of them.
 */
export function stallDetectorOf(clock: Clock): ProcessStallDetector {
  return sharedOf(clock).detector;
}

/**
 * Calls `onThaw` whenever the process runs again after it has stood still, until {@link unwatchThaws} is called. Each
 * caller must pass a function of its own.
 */
export function watchThaws(clock: Clock, onThaw: OnThaw): void {
  const { detector, listeners } = sharedOf(clock);
  listeners.add(onThaw);
  detector.start();
}

export function unwatchThaws(clock: Clock, onThaw: OnThaw): void {
  const { detector, listeners } = sharedOf(clock);
  listeners.delete(onThaw);
  if (listeners.size === 0) detector.stop();
}

function sharedOf(clock: Clock): Shared {
  const known = byClock.get(clock);
  if (known !== undefined) return known;
  const listeners = new Set<OnThaw>();
  const detector = new ProcessStallDetector(clock, (...thaw) => {
    for (const listener of listeners) listener(...thaw);
  });
  const shared: Shared = { detector, listeners };
  byClock.set(clock, shared);
  return shared;
}
