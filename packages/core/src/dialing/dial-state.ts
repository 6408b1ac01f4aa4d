/** When the next attempt is due, and what led to that. Times are monotonic milliseconds. */
export interface DialState {
  /**
   * `paced`: one request, the leader, is attempted periodically. `chained`: it succeeded, and the others follow in
   * turn.
   */
  readonly kind: 'idle' | 'paced' | 'chained';
  /** Why dialing began: no connection was lost, one was lost while others are up, or all were lost. */
  readonly origin: 'fresh' | 'lone' | 'outage';
  /** When the next periodic attempt is due; `undefined` while the outcome of a chained attempt decides. */
  readonly dueAt: number | undefined;
  /** When one extra attempt is due, beside the periodic ones, because `hurry` was called. */
  readonly hurryAt: number | undefined;
  readonly hurriedAt: number;
  /** Attempts since dialing began; -1 before the one extra attempt that needs no pacing. */
  readonly step: number;
  readonly beganAt: number;
  readonly rampedAt: number;
  readonly attemptedAt: number;
  readonly lostAt: number;
  /** By what factor the server accepts less than usual. Doubles at each sign of overload. */
  readonly overload: number;
  /** Connections in a row that broke at once. */
  readonly flaps: number;
  /** Connections in a row that did not last. */
  readonly shaky: number;
  /** Whether the lifetime of the last successful connection has been judged. */
  readonly judged: boolean;
}

/** Nothing is dialed, and nothing was ever lost. */
export const idleDialState: DialState = {
  kind: 'idle',
  origin: 'fresh',
  dueAt: undefined,
  hurryAt: undefined,
  hurriedAt: -Infinity,
  step: 0,
  beganAt: 0,
  rampedAt: -Infinity,
  attemptedAt: -Infinity,
  lostAt: -Infinity,
  overload: 1,
  flaps: 0,
  shaky: 0,
  judged: true,
};
