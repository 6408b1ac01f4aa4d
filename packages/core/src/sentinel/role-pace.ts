/** How often a watch checks for a primary. */
export interface RolePace {
  readonly periodMs: number;
  /** When a command last needed the primary, in monotonic milliseconds. */
  readonly wantedAt: number;
}

/** If a command needed the primary within this time, it is assumed to be waiting for it still. */
const recentMs = 1000;

/** Whether a command is probably waiting for the primary. */
export function isWanted({ wantedAt }: RolePace, now: number): boolean {
  return now - wantedAt <= recentMs;
}
