import { inspect } from 'node:util';
import type { Cluster, Redis } from '../ioredis/clients.ts';
import type { Cause } from '../cause.ts';
import type {
  ExecuteOptions,
  LeaseOptions,
  LeaseWork,
  RedisResilience,
  TransactionOptions,
  TransactionWork,
} from '../redis-resilience.ts';
import type { RedisSnapshot, Status } from '../snapshot.ts';
import { printedState } from '../observability/printed-state.ts';
import { answerMisplacedCommands } from '../verbs/misplaced-commands.ts';

/**
 * What a request handler needs to use Redis: the state of Redis when the request began, and methods to run commands.
 * Each request gets a `RequestGuard` of its own.
 *
 * @example
 * const cart = await req.redisGuard.execute((redis) => redis.get(key), { fallback: () => null });
 */
export class RequestGuard {
  readonly #resilience: RedisResilience;
  readonly #snapshot: RedisSnapshot;

  constructor(resilience: RedisResilience, snapshot: RedisSnapshot) {
    this.#resilience = resilience;
    this.#snapshot = snapshot;
  }

  /** The `RedisResilience` that the request uses, for `applyOnce`, events and the current snapshot. */
  get resilience(): RedisResilience {
    return this.#resilience;
  }

  /** The state of Redis when the request began. Frozen. */
  get snapshot(): RedisSnapshot {
    return this.#snapshot;
  }

  get client(): Redis | Cluster {
    return this.#resilience.client;
  }

  get status(): Status {
    return this.#snapshot.status;
  }

  /** Whether Redis was not fully usable when the request began: the status was `degraded` or `down`. */
  get degraded(): boolean {
    return this.#snapshot.status !== 'up';
  }

  get reads(): boolean {
    return this.#snapshot.reads;
  }

  get writes(): boolean {
    return this.#snapshot.writes;
  }

  /** Whether replies may be stale, because a read-only database is in use. */
  get stale(): boolean {
    return this.#snapshot.database?.readOnly === true;
  }

  get cause(): Cause | undefined {
    return this.#snapshot.cause;
  }

  get retryAfterMs(): number | undefined {
    return this.#snapshot.retryAfterMs;
  }

  // The methods are getters that return functions, so that a handler can take a method out of the guard, as in
  // `const { execute } = req.redisGuard`.

  /** Like {@link RedisResilience.execute}. */
  get execute(): <T>(
    operation: (client: Redis | Cluster, signal: AbortSignal) => Promise<T>,
    options?: ExecuteOptions<T>,
  ) => Promise<T> {
    const resilience = this.#resilience;
    return (operation, options) => resilience.execute(operation, options);
  }

  /** Like {@link RedisResilience.lease}. The time spent waiting counts towards the request's budget. */
  get lease(): <T>(work: LeaseWork<T>, options?: LeaseOptions) => Promise<T> {
    const resilience = this.#resilience;
    return (work, options) => resilience.lease(work, options);
  }

  /** Like {@link RedisResilience.transaction}, within the request's budget. */
  get transaction(): <T>(
    keys: readonly (string | Buffer)[],
    work: TransactionWork<T>,
    options?: TransactionOptions,
  ) => Promise<T> {
    const resilience = this.#resilience;
    return (keys, work, options) => resilience.transaction(keys, work, options);
  }
}

answerMisplacedCommands(RequestGuard.prototype, 'redisGuard');
// Only for `console.log`: what is sent as JSON might reach a visitor.
const { [inspect.custom]: printed } = printedState('RequestGuard', ({ snapshot }: RequestGuard) => snapshot);
Object.defineProperty(RequestGuard.prototype, inspect.custom, printed as PropertyDescriptor);

/** Creates the guard of a request that begins now, or that began when the snapshot was taken. */
export function createRequestGuard(
  resilience: RedisResilience,
  snapshot: RedisSnapshot = resilience.snapshot(),
): RequestGuard {
  return new RequestGuard(resilience, snapshot);
}
