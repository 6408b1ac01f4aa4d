import { describeCause, type CauseCode } from '../cause.ts';
import {
  BudgetExceededError,
  CircuitOpenError,
  OverloadedError,
  RedisUnavailableError,
  type RedisResilienceError,
} from '../errors.ts';

/** Why a lease is refused. */
export type LeaseRefusal =
  /** The `RedisResilience` is closed or closing. */
  | { readonly kind: 'closed' }
  /** The request has used up its budget for waiting. */
  | { readonly kind: 'request-budget' }
  /** `isolate()` is in force. */
  | { readonly kind: 'isolated' }
  /** Redis is unavailable, or no connection could be made in time. */
  | { readonly kind: 'away'; readonly cause: CauseCode | undefined }
  /** All connections are leased, and none became free in time. */
  | { readonly kind: 'full'; readonly waitedMs: number }
  /** The maximum number of callers is already waiting. */
  | { readonly kind: 'crowded'; readonly waiting: number }
  /** All connections are leased, one of them to the caller itself, which would wait for its own lease to end. */
  | { readonly kind: 'nested' };

/** The state of the pool at the time of the refusal. */
export interface RefusalContext {
  /** Name of the `RedisResilience`. */
  readonly name: string;
  readonly retryAfterMs: number | undefined;
  readonly active: number;
  readonly max: number;
  readonly oldestLeaseMs: number | undefined;
}

/** Creates the error for a lease that was refused before any of its commands ran. */
export function leaseRefusal(refusal: LeaseRefusal, context: RefusalContext): RedisResilienceError {
  const { name: connection, retryAfterMs } = context;
  switch (refusal.kind) {
    case 'closed':
      return new RedisUnavailableError(
        'The resilience is closed, so no connection was leased. To use Redis again, create a new resilience.',
        {
          connection,
          reason: 'closed',
        },
      );
    case 'request-budget':
      return new BudgetExceededError(
        'This request has waited for Redis for as long as its budget allows, so no connection was leased. Respond ' +
          'without data from Redis, or raise budgetMs.',
        { connection, reason: 'slow' },
      );
    case 'isolated':
      return new CircuitOpenError(
        `Redis is isolated, so no connection was leased. ${describeCause('isolated')} Use a fallback, or try again later.`,
        { connection, reason: 'isolated' },
      );
    case 'away': {
      const { cause: reason } = refusal;
      const sentence = reason === undefined ? 'no connection is ready yet.' : describeCause(reason);
      return new RedisUnavailableError(
        `Redis cannot lend a connection now: ${sentence} Nothing ran: use a fallback, or try again later.`,
        { connection, reason, retryAfterMs },
      );
    }
    case 'full':
      return overloaded(
        context,
        `${out(context)}, and none came free within ${Math.round(refusal.waitedMs)} ms; nothing ran. Lease for a ` +
          'shorter time, or raise pool.max.',
      );
    case 'crowded':
      return overloaded(
        context,
        `${out(context)}, and ${refusal.waiting} callers wait already; nothing ran. Lease for a shorter time, or ` +
          'raise pool.max or pool.maxWaiting.',
      );
    case 'nested':
      return overloaded(
        context,
        `${out(context)}, and this caller holds one of them, so that it would wait for itself; nothing ran. Use the ` +
          'client of the outer lease, or raise pool.max.',
      );
    default:
      return refusal satisfies never;
  }
}

function overloaded({ name: connection, retryAfterMs }: RefusalContext, message: string): OverloadedError {
  return new OverloadedError(message, { connection, reason: 'overloaded', retryAfterMs });
}

function out({ active, max, oldestLeaseMs }: RefusalContext): string {
  const age = oldestLeaseMs === undefined ? '' : `, the oldest for ${Math.round(oldestLeaseMs)} ms`;
  return `${active} of ${max} connections of the pool are leased${age}`;
}
