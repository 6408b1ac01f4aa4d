import type { Rehearsal } from './rehearsal.ts';
import type { RequestResult, Sample } from './traffic/traffic.ts';

/** Requests of one kind that failed in the same way, or whose outcome is unknown. */
export interface Trouble {
  /** The request as specified with `--url`, masked. */
  readonly request: string;
  /** The HTTP status and the problem's code, or the reason why there was no response. */
  readonly detail: string;
  readonly result: Exclude<RequestResult, 'ok' | 'refused'>;
  readonly count: number;
  /** What to do about the problem. */
  readonly advice: string;
}

const mostTroubles = 5;

/**
 * Returns the troubles that occurred in a run after its fault had begun: failures first, and the most frequent ones
 * first among equals. A pure function.
 */
export function troublesOf({
  samples,
  faultAtMs,
}: Pick<Rehearsal, 'samples' | 'faultAtMs'>): readonly Trouble[] {
  const groups = new Map<string, Trouble>();
  for (const sample of samples) {
    const { request, result, detail, atMs, durationMs } = sample;
    if (result === 'ok' || result === 'refused' || atMs + durationMs < faultAtMs) continue;
    const key = JSON.stringify([request, result, detail]);
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { request, result, detail, count, advice: adviceFor(sample) });
  }
  return [...groups.values()]
    .toSorted((left, right) => rank(left) - rank(right) || right.count - left.count)
    .slice(0, mostTroubles);
}

/** Describes one trouble in one line, for every report. */
export function describeTrouble({ request, result, detail, count, advice }: Trouble): string {
  const what = result === 'unknown' ? 'with an unknown outcome' : 'failed';
  return `${request}: ${count} ${what} (${detail}). ${advice}`;
}

function rank({ result }: Trouble): number {
  return result === 'failed' ? 0 : 1;
}

function adviceFor({ result, detail }: Sample): string {
  if (result === 'unknown') {
    return (
      'The connection broke, or Redis fell silent, while the write was under way: it may have run. Give such requests ' +
      'an idempotency key, or write with applyOnce, so that they can be repeated.'
    );
  }
  if (detail === 'timeout') return 'The request waited for Redis without a deadline.';
  if (/^\d/.test(detail)) {
    return 'Answer it from a fallback, or with 503 and Retry-After, as redisErrors() does.';
  }
  return 'The application closed the connection: see its log.';
}
