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

/** Where the pages of the error codes are: the `type` of a problem is one of them. */
export const errorPages =
  'https://github.com/redis-resilience/redis-resilience/blob/main/packages/docs/reference/errors';

/** The body of every refusal and error answer: RFC 9457 problem details with the library's own members. */
export interface RedisProblem {
  /** Stable per code: the page that says what happened, whether it is safe to repeat, and what to do. */
  readonly type: `${typeof errorPages}/${string}.md`;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly cause?: CauseCode;
  /** Name of the connection, where it is known: a refusal knows it, an error does not. */
  readonly connection?: string;
  /** `not-applied`: safe to send again. `unknown`: it may have been done; look before sending it again. */
  readonly outcome: Outcome;
}

const titles: Readonly<Record<ErrorCode, string>> = {
  REDIS_UNAVAILABLE: 'Redis is unavailable',
  CIRCUIT_OPEN: 'Redis is not in use at present',
  COMMAND_TIMEOUT: 'Redis did not answer in time',
  OUTCOME_UNKNOWN: 'The outcome of a write is unknown',
  OVERLOADED: 'Too many commands wait for Redis',
  WATCH_LOST: 'A transaction lost its guard',
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
 * The answer to a request that needs Redis while Redis is away: 503, `application/problem+json`, `Retry-After` from
 * the real dialing schedule or circuit.
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
 * The refusal of a request that needs a lane, or undefined while that lane works. Without a lane: of a request for
 * which either lane is enough. While the first connection is being made there is no cause yet, and no request is
 * refused: its commands wait a moment.
 */
export function refuseWithout(lane: Lane | undefined, snapshot: RedisSnapshot): PlainResponse | undefined {
  const works =
    lane === 'write' ? snapshot.writes : lane === 'read' ? snapshot.reads : snapshot.status !== 'down';
  return works || snapshot.cause === undefined ? undefined : renderUnavailable(snapshot);
}

/**
 * The answer to a request whose handler failed with an error of this library; undefined for any other error, which
 * is not ours to answer. The status is 503, also after a timeout: 504 is what a gateway says of a whole upstream, and
 * would put the blame on a load balancer. `CONFIGURATION` is 500 and gives no details. Where the outcome is unknown
 * there is no `Retry-After`, which would invite clients to repeat a request that may have been carried out.
 *
 * @example
 * const answer = renderError(error);
 * if (answer === undefined) throw error;
 */
export function renderError(error: unknown): PlainResponse | undefined {
  return isRedisResilienceError(error) ? renderProblem(errorProblem(error), error.retryAfterMs) : undefined;
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
