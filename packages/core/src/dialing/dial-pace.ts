import type { Random } from '../clock.ts';

/** Bounds of the period between attempts. */
export interface PaceLimits {
  readonly minPeriodMs: number;
  readonly maxPeriodMs: number;
}

/** The facts from which the pace is computed. */
export interface PaceFacts {
  /** Estimated number of clients of the server, those of this process included; undefined where INFO is refused. */
  readonly fleetSize: number | undefined;
  /** Whether this dialer ever made a connection. */
  readonly everConnected: boolean;
  /** Connections that this process has or wants. */
  readonly own: number;
  /** Whether commands wait for a connection. */
  readonly interactive: boolean;
  readonly limits: PaceLimits;
}

/**
 * How a process paces its attempts.
 *
 * - `eager`: the whole fleet fits into the server's listen queue, so the first attempts of an outage follow each other
 *   quickly.
 * - `spread`: the fleet is large, so attempts are spread over the period from the first one on.
 */
export interface DialPace {
  readonly periodMs: number;
  readonly ramp: 'eager' | 'spread';
  /** Mean gap between the connections that a process makes after its first one. */
  readonly gapMs: number;
}

/** Connections that a server can accept per second, their handshakes included. */
const connectRate = 5_000;
/** Share of `connectRate` for the first connection of each process; the connections that follow it use the rest. */
const leaderShare = 0.4;
/** `tcp-backlog` of Redis: with more unaccepted connections, SYNs are dropped, and each costs a second or more. */
const listenBacklog = 511;
/** Size that is assumed for a fleet of unknown size: as most are. Signs of overload slow it down. */
const assumedFleet = Math.floor(listenBacklog / 2);
const interactiveCapMs = 2_000;
const neverConnectedForMs = 60_000;
const neverConnectedCapMs = 1_000;

/**
 * The pace of attempts (paced dialing). The whole fleet together dials at the rate that the server can accept, so that
 * no client waits in the listen queue and no SYN is dropped. An overloaded server counts as one with a lower rate: that
 * slows large fleets, and leaves a fleet far below any server's limits at the shortest period.
 *
 * A process that never connected cannot know the size of its fleet. It dials at the shortest period, so that an
 * application that starts before its Redis connects as soon as Redis is there; after a minute, once per second.
 *
 * @param overload by what factor the server accepts less than usual: 1 or more
 */
export function dialPace(facts: PaceFacts, overload: number, outageMs: number): DialPace {
  const { minPeriodMs, maxPeriodMs } = facts.limits;
  const own = Math.max(1, facts.own);
  const clamp = (periodMs: number): number => Math.min(Math.max(periodMs, minPeriodMs), maxPeriodMs);
  if (facts.fleetSize === undefined && !facts.everConnected) {
    const slow = outageMs >= neverConnectedForMs;
    return { periodMs: slow ? clamp(neverConnectedCapMs) : minPeriodMs, ramp: 'eager', gapMs: 0 };
  }
  const { fleetSize = assumedFleet } = facts;
  const leaders = fleetSize / own;
  const natural = (leaders / connectRate / (own > 1 ? leaderShare : 1)) * 1_000;
  const usual = clamp(natural);
  const cap = facts.interactive ? Math.max(usual, interactiveCapMs) : maxPeriodMs;
  const periodMs = Math.min(clamp(natural * overload), cap);
  // Times two, because each process may have two attempts under way.
  const small = leaders * 2 <= listenBacklog;
  return { periodMs, ramp: small ? 'eager' : 'spread', gapMs: small ? 0 : gapFor(fleetSize, own) };
}

/** Attempts that may overlap while it is not known whether the server accepts any. */
export const minOverlap = 2;

/**
 * How many attempts of a process may overlap once one of them succeeded: as many as begin, at the rate that the server
 * accepts, while one of them is being made. So connecting takes no longer for a distant server.
 */
export function provenOverlap(connectMs: number): number {
  return Math.max(minOverlap, Math.floor(((1 - leaderShare) * connectRate * connectMs) / 1_000));
}

/**
 * Number of attempts in the eager ramp after the first one, and the time between them as a share of the shortest
 * period.
 */
const eagerAttempts = 3;
const eagerShare = 0.45;
const eagerSpreadMs = 5;

/**
 * The delay before attempt number `step` (from 0) of an outage: first the ramp, one random phase, then strict periods.
 */
export function delayBefore(step: number, pace: DialPace, limits: PaceLimits, random: Random): number {
  const { periodMs, ramp } = pace;
  if (ramp === 'eager') {
    if (step === 0) return random() * eagerSpreadMs;
    // Never later than the period: a server with capacity to spare gains nothing by a later attempt.
    const base = step <= eagerAttempts ? Math.min(eagerShare * limits.minPeriodMs, periodMs) : periodMs;
    return base * (0.97 + 0.03 * random());
  }
  const strict = periodMs * (0.98 + 0.04 * random());
  return step === 0 ? random() * periodMs : strict;
}

/** A random delay that spreads the attempts of a large fleet; at most 5 ms for a small one. */
export function spread(pace: DialPace, spreadMs: number, random: Random): number {
  return random() * (pace.ramp === 'eager' ? Math.min(eagerSpreadMs, spreadMs) : spreadMs);
}

function gapFor(fleetSize: number, own: number): number {
  return (fleetSize / own / connectRate) * 1_000;
}
