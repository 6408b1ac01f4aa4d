import { delayBefore, dialPace, minOverlap, provenOverlap, spread, type DialPace } from './dial-pace.ts';
import type { DialEffect, DialMoment, DialSignal } from './dial-signal.ts';
import type { DialState } from './dial-state.ts';

/**
 * Computes the next schedule, as a pure function of state, signal and moment. In paced dialing, the time of the first
 * attempt is random. Later attempts follow periodically, with a jitter of a few percent.
 */
export function dialTransition(
  state: DialState,
  signal: DialSignal,
  moment: DialMoment,
): readonly [DialState, DialEffect] {
  if (signal.kind === 'ticked') return tick(state, signal.room, moment);
  return [settle(state, signal, moment), 'none'];
}

const stableMs = 1_000;
const rampAgainMs = 2_000;
const maxOverload = 64;
const loneSpreadMs = 50;
const hintSpreadMs = 100;
const thawSpreadMs = 200;
/** After this many consecutive short-lived connections, the server counts as unstable; fewer may be chance. */
const shakyAfter = 3;
const maxBackoffMs = 2_000;
/** Node's timers may fire a little early. */
export const earlyMs = 1;
/**
 * The value of `DialState.step` for a series of attempts that begins without a ramp (a few quick attempts): all
 * attempts are periodic.
 */
const settled = 1_000;

/**
 * Returns the time at which the timer should fire; `undefined` while only the outcome of an attempt can change the
 * schedule.
 */
export function nextDueAt(state: DialState): number | undefined {
  if (state.hurryAt === undefined) return state.dueAt;
  return Math.min(state.hurryAt, state.dueAt ?? Infinity);
}

/** Returns the pace at which connection attempts are made in this state. */
export function paceOf(state: DialState, moment: DialMoment): DialPace {
  const outageMs = state.kind === 'idle' ? 0 : moment.at - state.beganAt;
  return dialPace(moment, state.overload, outageMs);
}

/** Returns how many attempts may overlap in this state. */
export function overlapOf(state: DialState, connectMs: number, moment: DialMoment): number {
  if (state.kind !== 'chained') return minOverlap;
  return provenOverlap(connectMs, state.shaky > 0 ? 0 : state.followed, moment);
}

function settle(
  state: DialState,
  signal: Exclude<DialSignal, { kind: 'ticked' }>,
  moment: DialMoment,
): DialState {
  switch (signal.kind) {
    case 'wanted':
      return wanted(state, moment);
    case 'lost':
      return lost(state, signal.livedMs, signal.alive, moment);
    case 'failed':
      return failed(state, signal.overload, signal.handshake, moment);
    case 'succeeded':
      return succeeded(state, signal.overload, signal.waiting, moment);
    case 'withdrawn':
      if (state.kind === 'chained') return { ...state, dueAt: moment.at + chainDelay(state, moment) };
      return signal.handshake && state.kind === 'paced' ? { ...state, dueAt: moment.at } : state;
    case 'hinted':
      return hinted(state, moment);
    default:
      return signal satisfies never;
  }
}

function wanted(state: DialState, moment: DialMoment): DialState {
  const { at } = moment;
  const { periodMs, ramp } = paceOf(state, moment);
  const recent = Math.max(stableMs, 2 * periodMs);
  if (state.kind === 'chained') return ramp === 'eager' ? { ...state, dueAt: state.dueAt ?? at } : state;
  if (state.kind === 'paced' && at - Math.max(state.attemptedAt, state.beganAt) <= recent) {
    // If there was no request for a while, the due time may have passed without an attempt.
    const dueAt = state.dueAt ?? at;
    return dueAt >= at ? state : { ...state, dueAt: Math.max(at, state.attemptedAt + periodMs) };
  }
  if (at - state.lostAt > recent) return begin(state, 'fresh', moment);
  return begin(state, moment.alive > 0 ? 'lone' : 'outage', moment);
}

function begin(state: DialState, origin: DialState['origin'], moment: DialMoment): DialState {
  const { at, limits, random } = moment;
  const pace = paceOf({ ...state, kind: 'idle' }, moment);
  const eager = pace.ramp === 'eager';
  // A connection that broke immediately does not end an outage, so no further ramp (quick attempts) begins after it.
  const stable = state.flaps === 0 && at - state.rampedAt >= rampAgainMs;
  const delay =
    origin === 'fresh'
      ? 0
      : origin === 'lone'
        ? spread(pace, loneSpreadMs, random)
        : delayBefore(0, pace, limits, random);
  return {
    ...state,
    kind: 'paced',
    origin,
    beganAt: at,
    rampedAt: eager && stable && origin !== 'fresh' ? at : state.rampedAt,
    hurryAt: undefined,
    step: eager ? (stable ? 0 : settled) : origin === 'outage' ? 0 : -1,
    dueAt: Math.max(at + delay, state.attemptedAt + backoff(state.flaps, pace)),
  };
}

function lost(state: DialState, livedMs: number, alive: number, moment: DialMoment): DialState {
  const { periodMs, ramp } = paceOf(state, moment);
  const broke = livedMs < Math.min(periodMs, stableMs);
  let next: DialState = { ...state, lostAt: moment.at };
  if (!state.judged) {
    const stayed = livedMs >= stableMs;
    const flaps = stayed ? 0 : Math.max(0, state.flaps + (broke ? 1 : -1));
    next = { ...next, flaps, shaky: stayed ? 0 : state.shaky + 1, judged: true };
  }
  if (state.kind === 'idle') return next;
  if (alive > 0 && !(broke && state.kind === 'chained')) return next;
  // The quick attempts (the eager ramp) that began when one connection was lost continue when the last connection is
  // lost: the loss of all connections would start the same quick attempts.
  const ramping = state.kind === 'paced' && ramp === 'eager' && moment.at - state.rampedAt < rampAgainMs;
  return ramping ? { ...next, origin: 'outage' } : begin(next, 'outage', moment);
}

function tick(state: DialState, room: boolean, moment: DialMoment): readonly [DialState, DialEffect] {
  const { at, limits, random } = moment;
  const due = nextDueAt(state);
  if (due === undefined || due > at + earlyMs) return [state, 'none'];
  const pace = paceOf(state, moment);
  const effect = room ? 'attempt' : 'none';
  const attemptedAt = room ? at : state.attemptedAt;
  if (state.kind === 'chained') {
    const dueAt = room && pace.ramp === 'eager' && !isShaky(state) ? at : undefined;
    return [{ ...state, attemptedAt, dueAt, hurryAt: undefined }, effect];
  }
  const thawed = at - due > pace.periodMs;
  if (thawed && pace.ramp !== 'eager' && state.step > 0) {
    // Processes that were frozen together run again at the same moment, so each waits for a random time before it
    // dials.
    const dueAt = at + random() * Math.min(pace.periodMs, thawSpreadMs);
    return [{ ...state, dueAt, hurryAt: undefined }, 'none'];
  }
  if (due === state.hurryAt && due !== state.dueAt) {
    return [{ ...state, attemptedAt, hurryAt: undefined, hurriedAt: at }, effect];
  }
  const step = state.step + 1;
  const base = thawed ? at : due;
  const next = { ...state, attemptedAt, step, dueAt: base + delayBefore(step, pace, limits, random) };
  return [rollOn(next, pace, moment), effect];
}

function failed(state: DialState, overload: boolean, handshake: boolean, moment: DialMoment): DialState {
  const next: DialState = {
    ...state,
    origin: 'outage',
    overload: overload ? Math.min(maxOverload, state.overload * 2) : state.overload,
    // Flapping means accepting connections and then dropping them. A server that accepts none has stopped flapping.
    flaps: handshake ? state.flaps : Math.max(0, state.flaps - 1),
    shaky: handshake ? state.shaky : Math.max(0, state.shaky - 1),
  };
  const isFollower = state.kind === 'chained';
  // The due time changes in two cases only. If the attempt failed in its handshake, the schedule was paused meanwhile.
  // If the attempt was for a follower (any request but the leader's), periodic attempts must now begin.
  if (state.kind === 'idle' || !(isFollower || handshake)) return next;
  const pace = paceOf(next, moment);
  const strictMs = delayBefore(settled, pace, moment.limits, moment.random);
  if (isFollower) {
    const dueAt = state.attemptedAt + strictMs;
    return rollOn({ ...next, kind: 'paced', beganAt: moment.at, step: settled, dueAt }, pace, moment);
  }
  const slower = overload && pace.ramp !== 'eager';
  return rollOn({ ...next, dueAt: slower ? moment.at + strictMs : state.dueAt }, pace, moment);
}

function succeeded(state: DialState, overload: boolean, waiting: number, moment: DialMoment): DialState {
  const next: DialState = {
    ...state,
    overload: overload ? Math.min(maxOverload, state.overload * 2) : Math.max(1, state.overload * 0.8),
    judged: false,
    hurryAt: undefined,
  };
  if (waiting === 0) return { ...next, kind: 'idle', dueAt: undefined };
  if (state.kind === 'chained') {
    return { ...next, followed: state.followed + 1, dueAt: moment.at + chainDelay(state, moment) };
  }
  // If connections have been breaking immediately, the other requests of this process wait to see whether the new
  // connection lasts.
  const proving = Math.min(stableMs, backoff(state.flaps, paceOf(state, moment)));
  const delayMs = Math.max(proving, chainDelay(state, moment));
  return { ...next, kind: 'chained', followed: 0, dueAt: moment.at + delayMs };
}

function hinted(state: DialState, moment: DialMoment): DialState {
  if (state.kind !== 'paced') return state;
  const pace = paceOf(state, moment);
  const soon = moment.at + spread(pace, hintSpreadMs, moment.random);
  const hurryAt = Math.max(soon, state.hurriedAt + pace.periodMs);
  return hurryAt >= (nextDueAt(state) ?? Infinity) ? state : { ...state, hurryAt };
}

function chainDelay(state: DialState, moment: DialMoment): number {
  const { periodMs, gapMs } = paceOf(state, moment);
  // If the server drops every connection, the requests after the first one must pause, or they would dial the server in
  // an endless storm.
  const calmMs = isShaky(state) ? periodMs / 4 : 0;
  // The connections of a process that is merely starting need no gap: the rest of the fleet does not start with it.
  return Math.max(calmMs, state.origin === 'fresh' ? 0 : gapMs * (0.5 + moment.random()));
}

function isShaky(state: DialState): boolean {
  return state.shaky >= shakyAfter;
}

function backoff(flaps: number, pace: DialPace): number {
  if (flaps === 0) return 0;
  // The server can handle one attempt per client in every period, so no client needs to wait longer.
  if (pace.ramp === 'eager') return pace.periodMs;
  return Math.max(pace.periodMs, Math.min(pace.periodMs * 2 ** (flaps - 1), maxBackoffMs));
}

/** Skips due times that have passed, without moving the later ones. */
function rollOn(state: DialState, pace: DialPace, { at }: DialMoment): DialState {
  if (state.dueAt === undefined || state.dueAt > at) return state;
  const missed = Math.floor((at - state.dueAt) / pace.periodMs) + 1;
  return { ...state, dueAt: state.dueAt + missed * pace.periodMs };
}
