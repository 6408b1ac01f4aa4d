/** When the next attempt is due, and what led there. Times are monotonic milliseconds. */
export interface DialState {
  /** `paced`: one leader tries by the clock. `chained`: it got through, and each success starts the next follower. */
  readonly kind: 'idle' | 'paced' | 'chained';
  /** Why dialing began: nothing was lost, one connection was lost while others stand, or all were. */
  readonly origin: 'fresh' | 'lone' | 'outage';
  /** The periodic due time; `undefined` while a chained attempt's outcome decides. */
  readonly dueAt: number | undefined;
  /** One extra attempt, asked for by a hint, beside the periodic ones. */
  readonly hurryAt: number | undefined;
  readonly hurriedAt: number;
  /** Attempts since dialing began; -1 before the one extra attempt that needs no pacing. */
  readonly step: number;
  readonly beganAt: number;
  readonly rampedAt: number;
  readonly attemptedAt: number;
  readonly lostAt: number;
  /** How many times less than usual the server can take. Doubles at each sign of overload. */
  readonly overload: number;
  /** Connections in a row that broke at once. */
  readonly flaps: number;
  /** Connections in a row that did not last. */
  readonly shaky: number;
  /** The last success already had its lifetime judged. */
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
