import { createRandom, ManualClock } from '@redis-resilience/testing';
import {
  Dialer,
  type DialAttempt,
  type DialReport,
  type DialResult,
  type DialTicket,
} from '../../../packages/core/src/dialing/dialer.ts';

/** A connection attempt whose end the test determines. */
export interface HeldAttempt {
  readonly attempt: DialAttempt;
  readonly who: string;
  resolve(result: DialResult): void;
  reject(error: unknown): void;
}

/** A dialer on a manual clock, with attempts whose end the test determines. */
export function bareDialer(random = createRandom(3)) {
  const clock = new ManualClock();
  const options = { minPeriodMs: 100, maxPeriodMs: 5_000, handshakeTimeoutMs: 5_000 };
  const dialer = new Dialer({ clock, random, ...options });
  const attempts: HeldAttempt[] = [];
  const reports: DialReport[] = [];
  const requestOf = (who: string) => ({
    priority: 'command' as const,
    attempt: (attempt: DialAttempt) =>
      new Promise<DialResult>((resolve, reject) => attempts.push({ attempt, who, resolve, reject })),
    onAttempt: (report: DialReport) => {
      reports.push(report);
    },
  });
  return {
    clock,
    dialer,
    attempts,
    reports,
    request: requestOf('somebody'),
    dial: (who: string): DialTicket => dialer.dial(requestOf(who)),
    /** Runs everything that is due now. */
    now: () => clock.travelAsync(0),
    last(): HeldAttempt {
      const last = attempts.at(-1);
      if (last === undefined) throw new Error('Nobody has dialed.');
      return last;
    },
  };
}
