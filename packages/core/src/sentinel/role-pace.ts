/** How often a watch looks. */
export interface RolePace {
  readonly periodMs: number;
  /** When somebody last wanted the primary. Monotonic milliseconds. */
  readonly wantedAt: number;
}

/** Somebody who wanted the primary this recently still waits for it. */
const recentMs = 1000;

/** Whether somebody waits for the primary. */
export function isWanted({ wantedAt }: RolePace, now: number): boolean {
  return now - wantedAt <= recentMs;
}
