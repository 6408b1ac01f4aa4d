import type { Random } from '../clock.ts';

/** Bounds of the period between attempts. */
export interface PaceLimits {
  readonly minPeriodMs: number;
  readonly maxPeriodMs: number;
}

/** What the pace follows from. */
export interface PaceFacts {
  /** Estimated clients of the server, this process's included. */
  readonly fleetSize: number | undefined;
  /** Whether any connection of this dialer was ever made. */
  readonly everConnected: boolean;
  /** Connections this process has or wants. */
  readonly own: number;
  /** Commands wait for a connection. */
  readonly interactive: boolean;
  readonly limits: PaceLimits;
}

/**
 * How a process paces its attempts.
 *
 * - `eager`: the whole fleet fits the server's listen queue, so a blip may be probed closely at first.
 * - `blind`: connected once, but not told the fleet's size (INFO refused): growing windows, then a long period.
 * - `spread`: the fleet is big; every attempt is spread over the period from the first one on.
 */
export interface DialPace {
  readonly periodMs: number;
  readonly ramp: 'eager' | 'blind' | 'spread';
  /** Mean gap between the connections of one process that come back after the first. */
  readonly gapMs: number;
}

/** Connections a server can accept and prove per second. */
const connectRate = 5_000;
/** Share of `connectRate` that probes may use where followers use the rest. */
const probeShare = 0.4;
/** `tcp-backlog` of Redis: more unaccepted connections than this, and SYNs are dropped for a second or more. */
const listenBacklog = 511;
/** Stands in for a fleet whose size nobody tells. */
const assumedFleet = 10_000;
const interactiveCapMs = 2_000;
const neverConnectedForMs = 60_000;
const neverConnectedCapMs = 1_000;

/**
 * The pace of attempts (paced dialing): the whole fleet together probes at the rate the
 * server can accept, so nobody waits in a queue and no SYN is dropped. Overload counts as a lower rate of the server:
 * it slows big fleets, and leaves one that is far below any server's limits at the shortest period.
 *
 * A process that never connected cannot know its fleet. It dials as a small one, at the shortest period, so that an
 * application that boots before its Redis is there at once; after a minute it takes one attempt per second.
 *
 * @param overload how many times less than usual the server can take: 1 and up
 */
export function dialPace(facts: PaceFacts, overload: number, outageMs: number): DialPace {
  const { minPeriodMs, maxPeriodMs } = facts.limits;
  const own = Math.max(1, facts.own);
  const clamp = (periodMs: number): number => Math.min(Math.max(periodMs, minPeriodMs), maxPeriodMs);
  if (facts.fleetSize === undefined && !facts.everConnected) {
    const slow = outageMs >= neverConnectedForMs;
    return { periodMs: slow ? clamp(neverConnectedCapMs) : minPeriodMs, ramp: 'eager', gapMs: 0 };
  }
  if (facts.fleetSize === undefined) {
    return { periodMs: clamp(interactiveCapMs), ramp: 'blind', gapMs: gapFor(assumedFleet, own) };
  }
  const leaders = facts.fleetSize / own;
  const natural = (leaders / connectRate / (own > 1 ? probeShare : 1)) * 1_000;
  const usual = clamp(natural);
  const cap = facts.interactive ? Math.max(usual, interactiveCapMs) : maxPeriodMs;
  const periodMs = Math.min(clamp(natural * overload), cap);
  // Each process has two attempts under way at most.
  const small = leaders * 2 <= listenBacklog;
  return { periodMs, ramp: small ? 'eager' : 'spread', gapMs: small ? 0 : gapFor(facts.fleetSize, own) };
}

/** Attempts of the eager ramp after the first one, and their distance as a share of the shortest period. */
const eagerAttempts = 5;
const eagerShare = 0.45;
const eagerSpreadMs = 5;
const blindGrowth = 3;

/** The delay before attempt number `step` (from 0) of an outage: the ramp, one random phase, then strict periods. */
export function delayBefore(step: number, pace: DialPace, limits: PaceLimits, random: Random): number {
  const { periodMs, ramp } = pace;
  if (ramp === 'eager') {
    if (step === 0) return random() * eagerSpreadMs;
    // Never later than the period: where the server has room to spare, nobody gains by a late attempt.
    const base = step <= eagerAttempts ? Math.min(eagerShare * limits.minPeriodMs, periodMs) : periodMs;
    return base * (0.97 + 0.03 * random());
  }
  const strict = periodMs * (0.98 + 0.04 * random());
  if (ramp === 'spread') return step === 0 ? random() * periodMs : strict;
  const window = limits.minPeriodMs * blindGrowth ** step;
  if (window < periodMs) return random() * window;
  return window < periodMs * blindGrowth ? random() * periodMs : strict;
}

/** A spread that keeps a big fleet apart, and is next to nothing for a small one. */
export function spread(pace: DialPace, spreadMs: number, random: Random): number {
  return random() * (pace.ramp === 'eager' ? Math.min(eagerSpreadMs, spreadMs) : spreadMs);
}

function gapFor(fleetSize: number, own: number): number {
  return (fleetSize / own / connectRate) * 1_000;
}
