import type { Clock, Random } from '../clock.ts';
import { pause } from '../deadline.ts';
import { ConfigurationError, isRedisResilienceError, WatchLostError } from '../errors.ts';
import { isChain, QueuedCommands } from '../ioredis/leased/queued-commands.ts';
import type { TransactionClient } from '../redis-resilience.ts';
import type { Lease } from './lease.ts';

/** What a transaction needs besides its work. */
export interface TransactionParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Name of the `RedisResilience`. */
  readonly connection: string;
  readonly keys: readonly (string | Buffer)[];
  readonly attempts: number;
  /** Time after which no further attempt begins. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
}

const firstPauseMs = 4;
const longestPauseMs = 64;

/**
 * Runs an optimistic transaction on a leased connection: sends WATCH, runs the work, which reads, and then sends the
 * work's writes between MULTI and EXEC. If another client changed a watched key, or the watching connection was lost,
 * nothing has run, and the transaction is retried after a random pause.
 */
export async function runTransaction<T>(
  lease: Lease,
  parts: TransactionParts,
  work: (tx: TransactionClient) => T | Promise<T>,
): Promise<T> {
  const { clock, random, keys, attempts, deadlineAt, signal } = parts;
  const tx = transactionClient(lease);
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(lease, tx, keys, () => work(tx));
    if (outcome.kind === 'done') return outcome.value;
    const pauseMs = random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
    if (attempt >= attempts || clock.now() + pauseMs >= deadlineAt)
      throw exhausted(attempt, parts, outcome.error);
    await pause(clock, pauseMs, signal);
  }
}

type AttemptOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Nothing ran. `error` is set if the connection that watched the keys was lost. */
  | { readonly kind: 'conflict'; readonly error: unknown };

async function attemptOnce<T>(
  lease: Lease,
  tx: TransactionClient,
  keys: readonly (string | Buffer)[],
  work: () => T | Promise<T>,
): Promise<AttemptOutcome<T>> {
  lease.isConflict = false;
  let isWatching = false;
  try {
    await tx.watch(...keys);
    isWatching = true;
    const value = await work();
    if (isChain(value)) throw unexecuted();
    // The work may itself have issued an EXEC that did not run, without checking the reply.
    if (!lease.isConflict) return { kind: 'done', value };
    return { kind: 'conflict', error: undefined };
  } catch (error) {
    if (lease.isConflict) return { kind: 'conflict', error: undefined };
    if (isLostWatch(error, isWatching)) return { kind: 'conflict', error };
    throw error;
  }
}

/**
 * Whether the connection was lost before WATCH was answered, or while it watched the keys, so that no command of the
 * transaction has run.
 */
function isLostWatch(error: unknown, isWatching: boolean): boolean {
  if (!isRedisResilienceError(error)) return false;
  if (error.code === 'WATCH_LOST') return true;
  return !isWatching && error.code === 'REDIS_UNAVAILABLE' && error.outcome === 'unknown';
}

function transactionClient(lease: Lease): TransactionClient {
  const commit = async (queue: (multi: QueuedCommands['client']) => unknown): Promise<unknown> => {
    const queued = new QueuedCommands(lease.client);
    const answers = typeof queue === 'function' ? queue(queued.client) : undefined;
    if (!Array.isArray(answers)) throw unlisted();
    if (queued.length > 0 && !lease.isWatching) throw unwatched();
    if (queued.length > 0 && !(await queued.exec())) throw new ConflictSignal();
    return await Promise.all(answers as readonly unknown[]);
  };
  return Object.defineProperty(lease.client, 'commit', { value: commit }) as TransactionClient;
}

/**
 * Thrown to end the work of an attempt whose EXEC did not run; caught in this file, so that the caller of
 * `transaction()` never gets it.
 */
class ConflictSignal extends Error {
  override readonly name = 'ConflictSignal';

  constructor() {
    super('A watched key was changed by others: the transaction begins again.');
  }
}

function exhausted(attempt: number, { connection }: TransactionParts, cause: unknown): WatchLostError {
  const why =
    cause === undefined
      ? 'others changed the watched keys meanwhile'
      : 'the connection that watched the keys was lost';
  return new WatchLostError(
    `The transaction did not run in ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'}: ${why}. Nothing was ` +
      'written. Try again later, or allow more attempts or time.',
    { connection, cause },
  );
}

function unexecuted(): ConfigurationError {
  return new ConfigurationError(
    'The function given to transaction() returned a MULTI that was not executed, so nothing was written. Write ' +
      'return tx.commit((multi) => [multi.incr(key)]), or call exec().',
  );
}

function unlisted(): ConfigurationError {
  return new ConfigurationError(
    'The function given to commit() must return a list of the calls that it made, such as [multi.incr(key)]; nothing ' +
      'was written.',
  );
}

function unwatched(): ConfigurationError {
  return new ConfigurationError(
    'The keys of this transaction are no longer watched, because EXEC, DISCARD or UNWATCH has ended that: call ' +
      'commit() once. Nothing was written by this call.',
  );
}
