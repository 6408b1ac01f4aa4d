/** How often a watch checks for a primary. */
export interface RolePace {
  readonly periodMs: number;
  /** When a command last needed the primary, in monotonic milliseconds. */
  readonly wantedAt: number;
}

/** If a command needed the primary less than this long ago, a command is assumed to be waiting for the primary. */
const recentMs = 1000;

/** Returns whether a command is probably waiting for the primary. */
export function isWanted({ wantedAt }: RolePace, now: number): boolean {
  return now - wantedAt <= recentMs;
}
