import type { Clock } from '../clock.ts';
import { ProcessStallDetector, type ThawKind } from './process-stall-detector.ts';

type OnThaw = (kind: ThawKind, durationMs: number) => void;

interface Shared {
  readonly detector: ProcessStallDetector;
  readonly listeners: Set<OnThaw>;
}

const byClock = new WeakMap<Clock, Shared>();

/** The detector of a clock: the process stands still for all its resiliences alike, so that one pulse is enough. */
export function stallDetectorOf(clock: Clock): ProcessStallDetector {
  return sharedOf(clock).detector;
}

/** Calls `onThaw` when the process had stood still, until the function that it returns is called. */
export function watchThaws(clock: Clock, onThaw: OnThaw): () => void {
  const { detector, listeners } = sharedOf(clock);
  // Of its own, because a listener may be given twice.
  const listener: OnThaw = (...thaw) => onThaw(...thaw);
  listeners.add(listener);
  detector.start();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) detector.stop();
  };
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
