/** Milliseconds that each part of a run through one world may take. */
export interface Timetable {
  /** For the servers to start, and for each client to have its first answer. */
  readonly startMs: number;
  /** For faults, after the start, however long that took. */
  readonly untilCalmMs: number;
  /** Without a fault, before what is open counts as never settled. */
  readonly calmMs: number;
  readonly endMs: number;
  readonly checkMs: number;
}

/** Shorter, a run would see no fault. */
export const leastSecondsEach = 30;

/** How the time for one world is divided. */
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
