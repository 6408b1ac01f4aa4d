import type { Operation } from '@redis-resilience/testing/history';
import type { Anomalies } from './anomalies.js';

/** The result of one client with one kind of servers and faults (a world). */
export type Outcome =
  | { readonly kind: 'recorded'; readonly figures: Figures }
  /** The client has no way to live there. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

export interface Figures extends Omit<Anomalies, 'picture'> {
  readonly operations: number;
  readonly answered: number;
  readonly faults: readonly string[];
  readonly longestMs: number;
  /** For each fault, the time from its end until every process got a reply again; null if one never did. */
  readonly recoveriesMs: readonly (number | null)[];
  readonly unhandled: number;
  /** Number of processes that had to be killed, or ended on their own. */
  readonly hung: number;
}

/**
 * Returns the time from `backAt` until each process has got a reply to a call that it issued after `backAt`.
 */
export function recoveryMs(histories: readonly (readonly Operation[])[], backAt: number): number | null {
  const first = histories.map((operations) =>
    operations.reduce((soonest, { returnedAt, invokedAt, result }) => {
      if (returnedAt === undefined || result.kind !== 'answered' || invokedAt < backAt) return soonest;
      return Math.min(soonest, returnedAt - backAt);
    }, Infinity),
  );
  const slowest = Math.max(...first);
  return slowest === Infinity ? null : Math.round(slowest);
}

/** Returns the combined figures of several runs. */
export function together(all: readonly Figures[]): Figures {
  const sum = (of: (figures: Figures) => number): number =>
    all.reduce((total, figures) => total + of(figures), 0);
  return {
    lost: sum(({ lost }) => lost),
    lostByServer: sum(({ lostByServer }) => lostByServer),
    ranTwice: sum(({ ranTwice }) => ranTwice),
    otherAnswer: sum(({ otherAnswer }) => otherAnswer),
    stale: sum(({ stale }) => stale),
    wentBack: sum(({ wentBack }) => wentBack),
    unexplained: sum(({ unexplained }) => unexplained),
    neverSettled: sum(({ neverSettled }) => neverSettled),
    wrongOutcome: sum(({ wrongOutcome }) => wrongOutcome),
    undecided: sum(({ undecided }) => undecided),
    operations: sum(({ operations }) => operations),
    answered: sum(({ answered }) => answered),
    faults: all.flatMap(({ faults }) => faults),
    longestMs: Math.max(0, ...all.map(({ longestMs }) => longestMs)),
    recoveriesMs: all.flatMap(({ recoveriesMs }) => recoveriesMs),
    unhandled: sum(({ unhandled }) => unhandled),
    hung: sum(({ hung }) => hung),
  };
}
