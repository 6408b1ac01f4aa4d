import type { CauseCode } from '../cause.ts';
import { blockingTimeoutMs } from '../catalogue/blocking-timeout.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import { LeaseEndedError } from '../errors.ts';
import type { Redis } from '../ioredis/clients.ts';
import { removeListeners, type ClientUse } from '../ioredis/leased/leased-client.ts';
import { isReplyError } from '../replies/connection-error.ts';
import {
  cleanupOf,
  endsWatch,
  leftoversAfter,
  leftoversUnwatched,
  noLeftovers,
  type Cleanup,
} from './leftovers.ts';
import type { PoolMember } from './pool/pool-member.ts';

/**
 * Why a lease ended. `returned`: the work of the lease finished. `late`: the deadline of the lease passed. `aborted`:
 * the caller's signal aborted. `revoked`: the connection was kept longer than `pool.maxLeaseMs`. `closed`: the
 * `RedisResilience` was closed.
 */
export type LeaseEnd = 'returned' | 'late' | 'aborted' | 'revoked' | 'closed';

/** The `reason` of the `LeaseEndedError` is `slow` if a time limit ended the lease, and `closed` otherwise. */
const reasons: Readonly<Record<LeaseEnd, CauseCode>> = {
  returned: 'closed',
  late: 'slow',
  aborted: 'closed',
  revoked: 'slow',
  closed: 'closed',
};

const endings: Readonly<Record<LeaseEnd, string>> = {
  returned: 'its work had ended',
  late: 'its deadline had passed',
  aborted: 'its signal had aborted',
  revoked: 'it was kept longer than pool.maxLeaseMs and was revoked',
  closed: 'close() was called',
};

/**
 * One use of a pooled connection. A `Lease` records what the commands of this use leave behind on the connection, and
 * refuses every command after the end of the lease.
 */
export class Lease implements ClientUse {
  /** The name that the caller gave the lease, if any. */
  readonly name: string | undefined;
  readonly startedAt: number;
  readonly member: PoolMember;
  readonly client: Redis;
  /** Name of the `RedisResilience`. */
  readonly connection: string;
  /** Whether an EXEC did not run because a watched key had changed. */
  isConflict = false;
  /** Whether the lease has been reported as held for too long. */
  isOverdue = false;
  #left = noLeftovers;
  #blocking = 0;
  #watches = 0;
  #end: LeaseEnd | undefined;
  #reject: ((reason: Error) => void) | undefined;

  /** `connection` is the name of the `RedisResilience`. */
  constructor(member: PoolMember, name: string | undefined, startedAt: number, connection: string) {
    this.member = member;
    this.name = name;
    this.startedAt = startedAt;
    this.connection = connection;
    this.client = member.clientFor(this);
  }

  get isActive(): boolean {
    return this.#end === undefined;
  }

  /**
   * Whether the connection still watches a key (WATCH). EXEC, DISCARD and UNWATCH make the server forget all watched
   * keys.
   */
  get isWatching(): boolean {
    return this.#left.watches;
  }

  /** Returns a promise that settles like `work`, or rejects if the lease is ended first. */
  until<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      work.then(resolve, reject);
    });
  }

  /**
   * Ends the lease: from now on, its client sends nothing. If the work is still running, the promise of `until` rejects
   * with `reason`, or with a `LeaseEndedError` if there is none.
   */
  end(how: LeaseEnd, reason?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = how;
    removeListeners(this.client);
    const reject = this.#reject;
    this.#reject = undefined;
    if (how !== 'returned') reject?.((reason ?? this.#ended(how)) as Error);
  }

  /** Returns what must be done before the connection is used again. */
  cleanup(): Cleanup {
    const pending = { calls: this.member.pendingCalls(), blocking: this.#blocking };
    return cleanupOf(this.#left, pending, this.member.database);
  }

  refusal(name: string): LeaseEndedError | undefined {
    if (this.#end === undefined) return undefined;
    return new LeaseEndedError(
      `The lease of this client is over: ${endings[this.#end]} before ${traitsOf(name).name} was called, so ` +
        'nothing was sent. Await every call inside the function given to lease().',
      { connection: this.connection, reason: reasons[this.#end] },
    );
  }

  sends(command: DriverCommand): void {
    const traits = traitsOf(command.name);
    if (traits.ordinary && !traits.container) return;
    const watches = this.#left.watches;
    this.#left = leftoversAfter(this.#left, command.name, command.args);
    if (traits.name === 'watch') this.#watches++;
    if (blockingTimeoutMs(traits, command.args) !== undefined) this.#followBlocking(command);
    if (endsWatch(command.name)) this.#followEnd(command, watches);
  }

  alters(): void {
    this.#left = { ...this.#left, isAltered: true };
  }

  #ended(how: LeaseEnd): LeaseEndedError {
    return new LeaseEndedError(
      `The lease is over before its work: ${endings[how]}. Commands that were under way may have run.`,
      { connection: this.connection, outcome: 'unknown', reason: reasons[how] },
    );
  }

  #followBlocking({ promise }: DriverCommand): void {
    this.#blocking++;
    promise.then(
      () => this.#blocking--,
      // Only an error reply proves that the command no longer blocks: after any other error, such as a passed deadline,
      // the command may still block on the server.
      (error: unknown) => error instanceof Error && isReplyError(error) && this.#blocking--,
    );
  }

  #followEnd({ name, promise }: DriverCommand, wasWatching: boolean): void {
    const watches = this.#watches;
    const answered = (): void => {
      if (wasWatching && watches === this.#watches) this.#left = leftoversUnwatched(this.#left);
    };
    promise.then(
      (value) => {
        if (name.toLowerCase() === 'exec' && value === null) this.isConflict = true;
        answered();
      },
      (error: unknown) => {
        if (error instanceof Error && isReplyError(error)) answered();
      },
    );
  }
}
