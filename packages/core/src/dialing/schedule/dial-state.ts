/** When the next attempt is due, and what led to that. Times are monotonic milliseconds. */
export interface DialState {
  /**
   * `idle`: no connection is requested. `paced`: attempts are made periodically for one request, the leader. `chained`:
   * the leader has connected, and the other requests follow in turn.
   */
  readonly kind: 'idle' | 'paced' | 'chained';
  /**
   * Why dialing began. `fresh`: no connection was lost. `lone`: one connection was lost while others are up. `outage`:
   * all connections were lost.
   */
  readonly origin: 'fresh' | 'lone' | 'outage';
  /** When the next periodic attempt is due; `undefined` while the outcome of a running attempt decides that. */
  readonly dueAt: number | undefined;
  /** When one extra attempt is due, in addition to the periodic ones, because `hurry` was called. */
  readonly hurryAt: number | undefined;
  readonly hurriedAt: number;
  /**
   * Number of attempts since the ramp began, which is the series of quick attempts at the beginning of an outage. The
   * value -1 means that one extra attempt is made first, before attempt 0. A value of 1,000 or more means that there is
   * no ramp, and that all attempts are periodic.
   */
  readonly step: number;
  readonly beganAt: number;
  readonly rampedAt: number;
  readonly attemptedAt: number;
  readonly lostAt: number;
  /** Number of attempts that have succeeded since the leader's. */
  readonly followed: number;
  /** Factor by which the server accepts fewer connections than usual; the factor doubles at each sign of overload. */
  readonly overload: number;
  /** Number of consecutive connections that broke immediately. */
  readonly flaps: number;
  /** Number of consecutive connections that did not last long enough to count as stable. */
  readonly shaky: number;
  /** Whether the last successful connection has already been counted in `flaps` and `shaky`. */
  readonly judged: boolean;
}

/** The initial state: nothing is being dialed, and no connection has ever been lost. */
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
  followed: 0,
  overload: 1,
  flaps: 0,
  shaky: 0,
  judged: true,
};
