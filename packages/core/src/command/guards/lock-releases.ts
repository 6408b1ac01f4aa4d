import { textAt } from '../../catalogue/arguments/argument-words.ts';
import { lockReleaseArgs } from '../../catalogue/locks/lock-release.ts';
import { medusaReleaseOf } from '../../catalogue/locks/medusa-lock.ts';
import { lockReleaseOf, type LockRelease } from '../../catalogue/locks/redlock.ts';
import { releaseScriptArgs } from '../../catalogue/locks/release-script.ts';
import { setLockOf } from '../../catalogue/locks/set-lock.ts';
import { slotReleaseArgs } from '../../catalogue/locks/slot-release.ts';
import type { Clock } from '../../clock.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import type { CallFailure, OwnFailure } from '../call-errors.ts';
import type { Call } from '../call.ts';
import type { Dispatch } from '../dispatch.ts';
import type { GateParts } from '../line.ts';
import type { InFlight } from '../pending/in-flight.ts';
import type { TransactionGuard } from './transaction-guard.ts';

/** The release of a lock. */
interface Due {
  /** The arguments of EVAL. */
  readonly args: readonly string[];
  /** The call that may have taken the lock, or should have released the lock. */
  readonly call: Call;
  /** Time after which the lock has expired, and need not be released any more; Infinity if that time is not known. */
  readonly endsAt: number;
}

const none: readonly Due[] = [];

/** Maximum number of locks whose release waits for Redis; those that have waited longest are given up first. */
const maxDue = 1000;

/**
 * Releases locks, and slots of limiters, that would otherwise remain until their ttl has passed:
 *
 * - A lock that a client has taken although the caller got an error. When a frozen server thaws, it runs the command
 *   that takes the lock, although the caller has already got an error with an unknown outcome. If the late reply to
 *   `SET key token NX PX ttl` is OK, this very command has taken the lock, and no other caller has the lock. See
 *   {@link answeredLate}. A lock of redlock, or of Medusa, is released without waiting for a reply, because these
 *   libraries create a new token for each lock. See {@link failed}.
 * - A lock that a library tried to release while Redis was unavailable. Libraries try only once. See {@link failed}.
 * - A slot of a limiter that Bottleneck tried to free while Redis was unavailable. Bottleneck, too, tries only once, and
 *   the slot would otherwise be taken for ever.
 */
export class LockReleases {
  readonly #clock: Clock;
  readonly #scriptTextOf: GateParts['scriptTextOf'];
  readonly #dispatch: Dispatch;
  readonly #transactions: Pick<TransactionGuard, 'isOpen'>;
  #due: readonly Due[] = none;
  #isConnected = false;

  /** While a transaction is open on the connection, nothing is released: the release would become a part of it. */
  constructor(
    clock: Clock,
    scriptTextOf: GateParts['scriptTextOf'],
    dispatch: Dispatch,
    transactions: Pick<TransactionGuard, 'isOpen'>,
  ) {
    this.#clock = clock;
    this.#scriptTextOf = scriptTextOf;
    this.#dispatch = dispatch;
    this.#transactions = transactions;
  }

  /**
   * Call when a call has failed or was not sent. If the call may have taken a lock, the release is sent on the same
   * connection, so a frozen server runs the release after the call. If the call should have released a lock, it is sent
   * again. If the connection is lost, the release waits until {@link connected}.
   */
  failed(call: Call, failure: CallFailure): void {
    const { batch, name, command } = call;
    if (batch !== undefined || !isAway(failure)) return;
    const taken = failure.outcome === 'unknown' ? takenWith(name, command.args) : undefined;
    if (taken !== undefined)
      return this.#release({ args: taken.args, call, endsAt: this.#clock.now() + taken.ttlMs });
    const args = this.#releaseArgs(name, command) ?? slotReleaseArgs(name, command.args);
    if (args === undefined) return;
    const due: Due = { args, call, endsAt: Infinity };
    if (this.#isConnected && failure.kind !== 'circuit-open') this.#release(due);
    else this.#keep(due);
  }

  /**
   * Call when the server has replied to a call that has already failed. If the call has taken a lock, the lock is
   * released before any waiting command is sent, so that a caller that tries again, or checks whether the key has its
   * token, finds the lock released. A command with the same key that is already in flight may see the lock before its
   * release, so that the command's caller believes that it holds the lock. Such a lock is not released.
   */
  answeredLate({ batch, name, command }: Call, reply: unknown, inFlight: Pick<InFlight, 'all'>): void {
    const lock = batch === undefined && isOk(reply) ? setLockOf(name, command.args) : undefined;
    if (
      lock === undefined ||
      this.#transactions.isOpen ||
      inFlight.all().some((call) => uses(call, lock.key))
    )
      return;
    this.#dispatch.ask('eval', lockReleaseArgs([lock.key], lock.token)).catch(ignore);
  }

  /**
   * Call when the connection, or a connection to a node of a Cluster, may be open again, but before waiting commands
   * are sent. One of these commands may be redlock's attempt to take the lock again with the same token, and a later
   * release would also release the new lock.
   */
  connected(): void {
    this.#isConnected = true;
    const due = this.#due;
    if (due.length === 0 || this.#transactions.isOpen) return;
    this.#due = none;
    const now = this.#clock.now();
    for (const each of due) {
      if (each.endsAt > now) this.#release(each);
    }
  }

  /** Call when the connection is lost, or its server silent. */
  disconnected(): void {
    this.#isConnected = false;
  }

  #release(due: Due): void {
    if (this.#transactions.isOpen || this.#dispatch.partAway(due.call) !== undefined) return this.#keep(due);
    this.#dispatch.ask('eval', due.args).catch((error: unknown) => {
      if (error instanceof Error && !isReplyError(error)) this.#keep(due);
    });
  }

  #keep(due: Due): void {
    this.#due = [...this.#due.slice(1 - maxDue), due];
  }

  /** Returns the arguments of an EVAL that releases the lock that the command should have released. */
  #releaseArgs(name: string, command: DriverCommand): readonly string[] | undefined {
    const known = releaseScriptArgs(name, command.args);
    if (known !== undefined) return known;
    const text = this.#scriptTextOf(command);
    return text === undefined ? undefined : releaseScriptArgs('eval', [text, ...command.args.slice(1)]);
  }
}

/** Returns how to release the lock that a library may have taken with this command. */
function takenWith(name: string, args: DriverCommand['args']): LockRelease | undefined {
  return lockReleaseOf(name, args) ?? medusaReleaseOf(name, args);
}

/**
 * Whether a call failed because Redis is unavailable, and not because too many calls were pending or the client is
 * closed or isolated.
 */
function isAway(failure: CallFailure): failure is OwnFailure {
  if (!('outcome' in failure) || failure.kind === 'overloaded') return false;
  return failure.reason !== 'closed' && failure.reason !== 'isolated';
}

/** Whether a reply is OK, as text, as bytes, or as the bytes of a raw reply. */
function isOk(reply: unknown): boolean {
  return reply === 'OK' || (reply instanceof Uint8Array && /^\+?OK(\r\n)?$/.test(textAt([reply], 0)));
}

/** Whether a call uses the key, and is not just an attempt to take the lock, which fails while the lock is taken. */
function uses({ command, batch }: Call, key: string): boolean {
  const commands = batch?.commands.map((each) => each.command) ?? [command];
  return commands.some(
    ({ name, args }) =>
      args.some((_, index) => textAt(args, index) === key) && setLockOf(name, args) === undefined,
  );
}

function ignore(): void {
  // If the server does not support scripts, or the user may not run them, the lock remains until its ttl has passed.
}
