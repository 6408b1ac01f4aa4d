import { describeCause, type CauseCode } from '@redis-resilience/core';
import type { Interval, OutagePicture } from '../page-state.ts';

const maxOutages = 50;

/**
 * Returns the outages in a timeline, latest first. An outage lasts until the status is `up` again, even if the status
 * or the cause changes in between. A period without a known cause does not count, for example while the application
 * starts; nor does the time after the application has closed the connection.
 */
export function outagesIn(intervals: readonly Interval[]): OutagePicture[] {
  const outages: Interval[][] = [];
  for (const interval of intervals) {
    const previous = outages.at(-1);
    if (interval.status === 'up') continue;
    if (previous !== undefined && previous.at(-1)?.to === interval.from) previous.push(interval);
    else outages.push([interval]);
  }
  return outages.filter(isOutage).slice(-maxOutages).map(pictureOf).toReversed();
}

function isOutage(parts: readonly Interval[]): boolean {
  return parts.some(({ cause }) => cause !== null && cause !== 'closed');
}

/** Returns all causes in these intervals except `main`, without repetition. */
function alsoIn(parts: readonly Interval[], main: string): readonly string[] {
  const all = new Set(parts.flatMap(({ cause, also }) => (cause === null ? also : [cause, ...also])));
  all.delete(main);
  return [...all];
}

function pictureOf(parts: readonly Interval[]): OutagePicture {
  const [first] = parts as readonly [Interval, ...Interval[]];
  const cause = parts.find((part) => part.cause !== null)?.cause ?? 'connection-reset';
  return {
    from: first.from,
    to: parts.at(-1)?.to ?? null,
    worst: parts.some(({ status }) => status === 'down') ? 'down' : 'degraded',
    cause,
    message: describeCause(cause as CauseCode),
    also: alsoIn(parts, cause).map((code) => describeCause(code as CauseCode)),
  };
}
