/** How long each part of a run may take, in milliseconds. */
export interface Timetable {
  /** Time for the servers to start, and for each client to get its first reply. */
  readonly startMs: number;
  /** The faults end this long after the beginning of the run. */
  readonly untilCalmMs: number;
  /** Time without faults at the end; calls that are still pending after it count as never settled. */
  readonly calmMs: number;
  readonly endMs: number;
  readonly checkMs: number;
}

/** In a shorter run there would be no time for faults. */
export const leastSecondsEach = 30;

/** Divides the time of a run among its parts. */
export function timetableFor(seconds: number): Timetable {
  const calmMs = 10_000;
  const endMs = 2_500;
  const checkMs = Math.min(12_000, seconds * 50);
  return {
    startMs: Math.min(60_000, seconds * 500),
    untilCalmMs: seconds * 1_000 - calmMs - endMs - checkMs,
    calmMs,
    endMs,
    checkMs,
  };
}
