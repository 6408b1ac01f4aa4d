import type { Rehearsal } from './rehearsal.ts';
import type { RequestResult, Sample } from './traffic/traffic.ts';

/** A group of equal requests that ended in the same way: all failed, or all had an unknown outcome. */
export interface Trouble {
  /** The request as the user wrote it after `--url`, with secrets masked. */
  readonly request: string;
  /** The HTTP status and the error code in the body, or the reason why there was no response. */
  readonly detail: string;
  readonly result: Exclude<RequestResult, 'ok' | 'refused'>;
  readonly count: number;
  /** Why the requests of the group failed or had an unknown outcome, or what to change in the application. */
  readonly advice: string;
}

const mostTroubles = 5;

/**
 * Groups the requests that failed or had an unknown outcome after the fault had begun. Returns at most five groups:
 * failures first, and larger groups before smaller ones.
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

/** Describes one group of requests in one line. */
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
