import type { Random } from '../../clock.ts';

/** Shortest and longest period between attempts. */
export interface PaceLimits {
  readonly minPeriodMs: number;
  readonly maxPeriodMs: number;
}

/** What is known of the number of connections to the server. */
export interface FleetFacts {
  /**
   * Estimated number of the server's clients, including those of this process; undefined if no estimate exists, for
   * example because the server refuses INFO.
   */
  readonly fleetSize: number | undefined;
  /** Number of connections that this process has or is trying to make. */
  readonly own: number;
}

/** The facts from which the pace is computed. */
export interface PaceFacts extends FleetFacts {
  /** Whether this dialer has ever made a connection. */
  readonly everConnected: boolean;
  /** Whether commands may be waiting for a connection. */
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

/** Number of connections that a server can accept per second, including their handshakes. */
const connectRate = 5_000;
/** Share of `connectRate` reserved for the first connection of each process; later connections use the rest. */
const leaderShare = 0.4;
/**
 * Default `tcp-backlog` of Redis: with more unaccepted connections, SYNs are dropped, and each drop costs a second or
 * more.
 */
const listenBacklog = 511;
/**
 * Assumed size of a fleet whose size is unknown. Most fleets are no larger than this assumed size. A fleet that is
 * larger slows down when the server shows signs of overload.
 */
const assumedFleet = Math.floor(listenBacklog / 2);
const interactiveCapMs = 2_000;
const neverConnectedForMs = 60_000;
const neverConnectedCapMs = 1_000;

/**
 * Computes the pace of attempts (paced dialing). The whole fleet together dials at the rate that the server can accept,
 * so that no client waits in the listen queue and no SYN is dropped. An overloaded server is assumed to accept
 * connections at a lower rate. The assumed lower rate lengthens the period of a large fleet. A fleet that is small
 * enough even for the lower rate still dials at the shortest period.
 *
 * A process that has never connected cannot know the size of its fleet. It dials at the shortest period, so that it
 * connects as soon as Redis is up, even if Redis starts after the process. After a minute, the process dials once per
 * second.
 *
 * @param overload factor by which the server accepts fewer connections than usual, at least 1
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
  // Each process may have two attempts under way at the same time.
  const small = leaders * 2 <= listenBacklog;
  return { periodMs, ramp: small ? 'eager' : 'spread', gapMs: small ? 0 : gapFor(fleetSize, own) };
}

/** Number of attempts that may overlap as long as it is not known whether the server accepts connections. */
export const minOverlap = 2;

/** Share of the listen queue for the attempts that overlap because others have succeeded, in all processes together. */
const grownShare = 0.5;

/**
 * Returns how many attempts of a process may overlap once one has succeeded: the number of connections that the server
 * can accept in the time that one attempt takes. With fewer overlapping attempts, a long round trip to the server would
 * slow the process down.
 *
 * With each of the attempts that have `followed` the first success, one more may overlap, up to this process' share of
 * the listen queue: a process that competes with others for its processor gets round to its attempts so rarely that it
 * must begin several at a time.
 */
export function provenOverlap(connectMs: number, followed: number, { fleetSize, own }: FleetFacts): number {
  const processes = Math.max(1, (fleetSize ?? assumedFleet) / Math.max(1, own));
  const share = Math.floor((grownShare * listenBacklog) / processes);
  return Math.max(
    minOverlap,
    Math.floor(((1 - leaderShare) * connectRate * connectMs) / 1_000),
    Math.min(minOverlap + followed, share),
  );
}

/**
 * The eager ramp is the first attempt and `eagerAttempts` more, with gaps of `eagerShare` times the shortest period.
 * With the default periods, the 12th attempt of an outage begins more than a second after the first, so no second
 * contains more than 11 attempts. `LeasePace` allows 12 attempts in a second, so one attempt for a leased connection
 * can be added immediately.
 */
const eagerAttempts = 2;
const eagerShare = 0.65;
/**
 * Periodic attempts begin a little early, so that a connection, including its handshake, is made within one period
 * after Redis is back. They begin early by this many milliseconds, or by the share `earlyShare` of their period if that
 * is less. The attempts in the first second of an outage, which contains the eager ramp, keep their full gaps instead,
 * so that there are at most 11 of them.
 */
const earlyByMs = 5.5;
const earlyShare = 0.055;
const firstSecondAttempts = 11;
const eagerSpreadMs = 5;

/**
 * Returns the delay before attempt number `step` (from 0) of an outage. An outage begins with the eager ramp, or with
 * one random delay; after that, the attempts are periodic.
 */
export function delayBefore(step: number, pace: DialPace, limits: PaceLimits, random: Random): number {
  const { periodMs, ramp } = pace;
  if (ramp === 'eager') {
    if (step === 0) return random() * eagerSpreadMs;
    // A quick attempt never begins later than a periodic one would: a server with spare capacity gains nothing from the
    // delay.
    if (step <= eagerAttempts)
      return Math.min(eagerShare * limits.minPeriodMs, periodMs) * (0.97 + 0.03 * random());
    const earlyMs = step <= firstSecondAttempts ? 0 : Math.min(earlyByMs, earlyShare * periodMs);
    return periodMs * (0.985 + 0.015 * random()) - earlyMs;
  }
  const strict = periodMs * (0.98 + 0.04 * random());
  return step === 0 ? random() * periodMs : strict;
}

/** Returns a random delay that spreads the attempts of a large fleet; at most 5 ms for a small fleet. */
export function spread(pace: DialPace, spreadMs: number, random: Random): number {
  return random() * (pace.ramp === 'eager' ? Math.min(eagerSpreadMs, spreadMs) : spreadMs);
}

function gapFor(fleetSize: number, own: number): number {
  return (fleetSize / own / connectRate) * 1_000;
}
