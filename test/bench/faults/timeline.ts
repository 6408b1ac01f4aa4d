import { durationOf, type Call } from './call-loop.js';
import type { Outage } from './outage.js';

/** One outage as callers saw it, divided into slices of time. */
export interface Timeline {
  readonly outageMs: number;
  readonly sliceMs: number;
  /** How long the timeline begins before the fault, in milliseconds. */
  readonly leadMs: number;
  readonly slices: readonly Slice[];
}

/** The calls that were issued during one slice of time. */
export interface Slice {
  readonly answered: number;
  readonly fallbacks: number;
  readonly failed: number;
  /** The longest call of each kind, in milliseconds; 0 if there was none. */
  readonly longestAnswerMs: number;
  readonly longestFallbackMs: number;
  readonly longestFailureMs: number;
}

const sliceMs = 100;
const leadMs = 1_000;

/** Divides the calls of a loop into slices of time, starting one second before the fault. */
export function timelineOf(calls: readonly Call[], { faultAt, backAt }: Outage): Timeline {
  const now = performance.now();
  const startsAt = faultAt - leadMs;
  const bySlice: (Call[] | undefined)[] = [];
  for (const call of calls) {
    const index = Math.floor((call.issuedAt - startsAt) / sliceMs);
    if (index >= 0) (bySlice[index] ??= []).push(call);
  }
  const slices = Array.from(bySlice, (calls): Slice => {
    const own = calls ?? [];
    const failed = own.filter(({ error, settledAt }) => error !== undefined || settledAt === undefined);
    const fallbacks = own.filter(({ isFallback }) => isFallback);
    const answered = own.filter((call) => !failed.includes(call) && !call.isFallback);
    const longest = (some: readonly Call[]): number =>
      Math.round(Math.max(0, ...some.map((call) => durationOf(call, now))) * 100) / 100;
    return {
      answered: answered.length,
      fallbacks: fallbacks.length,
      failed: failed.length,
      longestAnswerMs: longest(answered),
      longestFallbackMs: longest(fallbacks),
      longestFailureMs: longest(failed),
    };
  });
  return { outageMs: backAt - faultAt, sliceMs, leadMs, slices };
}
