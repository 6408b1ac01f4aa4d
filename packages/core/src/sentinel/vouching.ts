import type { Clock } from '../clock.ts';
import { addressOf, type SentinelReport } from './agreement.ts';

/** A server that one sentinel has named as the new primary. */
interface Claim {
  readonly address: string;
  /** Address of the sentinel that named the server. */
  readonly from: string;
}

/**
 * Queries all sentinels. The sentinel `last` is queried after the others, and only if `isEnough` rejects their reports.
 * Resolves when `isEnough` accepts the reports, or when no further report can be expected.
 */
export type AskAll = (
  isEnough: (reports: readonly SentinelReport[]) => boolean,
  last: string,
) => Promise<readonly SentinelReport[]>;

interface Poll {
  readonly startedAt: number;
  readonly reports: Promise<readonly SentinelReport[]>;
}

/**
 * A poll that has been open for longer than this may never be answered, so the next claim that a server is the new
 * primary begins another poll.
 */
const sharedMs = 250;

/**
 * Finds out whether a second sentinel knows the server that one sentinel has named. In a failover, every sentinel
 * announces the same server several times within milliseconds, so claims that are made shortly after each other share
 * one poll of the sentinels.
 */
export class Vouching {
  readonly #clock: Clock;
  readonly #askAll: AskAll;
  readonly #claims = new Set<Claim>();
  #poll: Poll | undefined;

  constructor(clock: Clock, askAll: AskAll) {
    this.#clock = clock;
    this.#askAll = askAll;
  }

  /** Resolves with whether a sentinel other than `from` knows the server. Never rejects. */
  async vouch(host: string, port: number, from: string): Promise<boolean> {
    const claim = { address: addressOf({ ip: host, port: String(port) }), from };
    this.#claims.add(claim);
    try {
      const shared = this.#shared;
      // The reports of a shared poll may be older than the claim, so they can confirm the claim but not refute it.
      if (shared !== undefined && isKnown(claim, await shared.reports)) return true;
      return isKnown(claim, await (this.#shared ?? this.#begin(from)).reports);
    } finally {
      this.#claims.delete(claim);
    }
  }

  get #shared(): Poll | undefined {
    const poll = this.#poll;
    return poll !== undefined && this.#clock.now() - poll.startedAt < sharedMs ? poll : undefined;
  }

  #begin(from: string): Poll {
    const isEnough = (reports: readonly SentinelReport[]): boolean =>
      [...this.#claims].every((claim) => isKnown(claim, reports));
    const poll: Poll = {
      startedAt: this.#clock.now(),
      reports: this.#askAll(isEnough, from)
        .catch(() => [])
        .finally(() => {
          if (this.#poll === poll) this.#poll = undefined;
        }),
    };
    this.#poll = poll;
    return poll;
  }
}

function isKnown({ address, from }: Claim, reports: readonly SentinelReport[]): boolean {
  return reports.some(({ id, members }) => id !== from && members.has(address));
}
