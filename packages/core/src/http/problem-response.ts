import { describeCause, type CauseCode } from '../cause.ts';
import {
  isRedisResilienceError,
  type ErrorCode,
  type Outcome,
  type RedisResilienceError,
} from '../errors.ts';
import type { Lane, RedisSnapshot } from '../snapshot.ts';
import { retryAfterSeconds } from '../retry-after.ts';
import type { PlainResponse } from './plain-response.ts';
import { tellMistake } from '../observability/told-mistakes.ts';

/** Base URL of the pages about error codes, one of which is the `type` of each problem. */
export const errorPages =
  'https://github.com/redis-resilience/redis-resilience/blob/main/packages/docs/reference/errors';

/** The body of every error response: RFC 9457 problem details with the library's own members. */
export interface RedisProblem {
  /** URL of the page about this error `code`, which explains what happened, whether a retry is safe, and what to do. */
  readonly type: `${typeof errorPages}/${string}.md`;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly cause?: CauseCode;
  /** Name of the connection; present if a guard rejected the request, absent if the response was made from an error. */
  readonly connection?: string;
  /**
   * `not-applied`: a retry is safe. `unknown`: the command may have run, so check before you retry. `refused`: the
   * server replied with an error.
   */
  readonly outcome: Outcome;
}

const titles: Readonly<Record<ErrorCode, string>> = {
  REDIS_UNAVAILABLE: 'Redis is unavailable',
  CIRCUIT_OPEN: 'Redis is not in use at present',
  COMMAND_TIMEOUT: 'Redis did not answer in time',
  OUTCOME_UNKNOWN: 'The outcome of a write is unknown',
  OVERLOADED: 'Too many commands wait for Redis',
  WATCH_LOST: 'A watched key changed or its connection was lost',
  LEASE_ENDED: 'A connection was used after its lease',
  BUDGET_EXCEEDED: 'The time this request may wait for Redis is spent',
  CONFIGURATION: 'The service is not configured correctly',
};

const advice: Readonly<Record<Outcome, string>> = {
  'not-applied': 'The command did not run; try again later.',
  unknown: 'The command may have run; check before sending the request again.',
  refused: 'The server refused the command; try again later.',
};

/**
 * Returns the response to a request that needs Redis while Redis is unavailable: 503 and `application/problem+json`.
 * `Retry-After` is the time until the next connection attempt, or until the circuit lets a trial call through.
 *
 * @example
 * const { status, headers, body } = renderUnavailable(resilience.snapshot());
 * response.writeHead(status, headers).end(body);
 */
export function renderUnavailable(from: RedisSnapshot | RedisResilienceError): PlainResponse {
  if (isRedisResilienceError(from)) return renderProblem(errorProblem(from), from.retryAfterMs);
  return renderProblem(
    problem('REDIS_UNAVAILABLE', 'not-applied', from.cause?.code, from.name),
    from.retryAfterMs,
  );
}

/**
 * Returns the 503 response to a request that needs reads or needs writes (`lane`), or undefined if they work. If `lane`
 * is undefined, it is enough that either reads or writes work. While the first connection is being made, no request is
 * rejected, because the commands of a request wait briefly for that connection.
 */
export function refuseWithout(lane: Lane | undefined, snapshot: RedisSnapshot): PlainResponse | undefined {
  const works =
    lane === 'write' ? snapshot.writes : lane === 'read' ? snapshot.reads : snapshot.status !== 'down';
  return works || snapshot.cause === undefined ? undefined : renderUnavailable(snapshot);
}

/**
 * Returns the response to a request whose handler failed with an error of this library; undefined for any other error,
 * which the application must handle. The status is 503, also for a timeout, because 504 would suggest that a gateway
 * is to blame. An error with the code `CONFIGURATION` results in a 500 response without details, and a process warning
 * shows the details once. If the outcome is unknown, there is no `Retry-After`, because this header would invite
 * clients to repeat a request that may have been carried out.
 *
 * @example
 * const answer = renderError(error);
 * if (answer === undefined) throw error;
 */
export function renderError(error: unknown): PlainResponse | undefined {
  if (!isRedisResilienceError(error)) return undefined;
  if (error.code === 'CONFIGURATION') tellMistake(error);
  return renderProblem(errorProblem(error), error.retryAfterMs);
}

function errorProblem(error: RedisResilienceError): RedisProblem {
  return problem(error.code, error.outcome, error.reason);
}

function problem(
  code: ErrorCode,
  outcome: Outcome,
  cause: CauseCode | undefined,
  connection?: string,
): RedisProblem {
  const type = `${errorPages}/${code.toLowerCase().replaceAll('_', '-')}.md` as const;
  const title = titles[code];
  if (code === 'CONFIGURATION') return { type, title, status: 500, detail: `${title}.`, code, outcome };
  const why = cause === undefined ? `${title}.` : `${title}. ${describeCause(cause)}`;
  return {
    type,
    title,
    status: 503,
    detail: `${why} ${advice[outcome]}`,
    code,
    ...(cause !== undefined && { cause }),
    ...(connection !== undefined && { connection }),
    outcome,
  };
}

function renderProblem(body: RedisProblem, retryAfterMs: number | undefined): PlainResponse {
  const retryable = body.status === 503 && body.outcome !== 'unknown';
  return {
    status: body.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(retryable && { 'Retry-After': retryAfterSeconds(retryAfterMs) }),
    },
    body: JSON.stringify(body),
  };
}
