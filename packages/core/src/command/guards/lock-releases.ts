import { textAt } from '../../catalogue/arguments/argument-words.ts';
import { lockReleaseArgs } from '../../catalogue/lock-release.ts';
import { lockReleaseOf, type LockRelease } from '../../catalogue/redlock.ts';
import { setLockOf } from '../../catalogue/set-lock.ts';
import type { Clock } from '../../clock.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import type { Call } from '../call.ts';
import type { Dispatch } from '../dispatch.ts';
import type { InFlight } from '../pending/in-flight.ts';

interface Due extends LockRelease {
  /** The call that may have taken the lock. */
  readonly call: Call;
  /** When the lock has expired at the latest, so that nothing is left to release. */
  readonly endsAt: number;
}

const none: readonly Due[] = [];

/** Maximum number of locks whose release waits for Redis; those that have waited longest are given up first. */
const maxDue = 1000;

/**
 * Releases the locks that a client has taken although the caller got an error. When a frozen server thaws, it runs the
 * command that takes the lock, although the caller has already been told that nobody knows. Without this class, the
 * lock would then belong to nobody until its ttl has passed.
 *
 * - `SET key token NX PX ttl`: if its late reply is OK, this very command has taken the lock, and no other caller has
 *   the lock. See {@link answeredLate}.
 * - The scripts of redlock: redlock itself tries to release such a lock only once, while Redis is still unavailable.
 *   Its token is random and is never taken for the token of another lock, so the release needs no reply. See
 *   {@link noteUnknown}.
 */
export class LockReleases {
  readonly #clock: Clock;
  readonly #dispatch: Dispatch;
  #due: readonly Due[] = none;

  constructor(clock: Clock, dispatch: Dispatch) {
    this.#clock = clock;
    this.#dispatch = dispatch;
  }

  /**
   * Call when a call has failed although the server may run it. If the call takes a lock, the release is sent on the
   * same connection, so a frozen server runs the release after the call. If the connection is lost, the release waits
   * until {@link connected}.
   */
  noteUnknown(call: Call): void {
    const { batch, name, command } = call;
    const release = batch === undefined ? lockReleaseOf(name, command.args) : undefined;
    if (release !== undefined) this.#release({ ...release, call, endsAt: this.#clock.now() + release.ttlMs });
  }

  /**
   * Call when the server has replied to a call that has already failed. If the call has taken a lock, the lock is
   * released before any waiting command is sent: a caller that asks again, or looks whether the key has its token,
   * finds the lock released. A command with the same key that is already in flight may see the lock before its release,
   * so that its caller believes to hold the lock. Such a lock is not released.
   */
  answeredLate({ batch, name, command }: Call, reply: unknown, inFlight: Pick<InFlight, 'all'>): void {
    const lock = batch === undefined && isOk(reply) ? setLockOf(name, command.args) : undefined;
    if (lock === undefined || inFlight.all().some((call) => uses(call, lock.key))) return;
    this.#dispatch.ask('eval', lockReleaseArgs([lock.key], lock.token)).catch(ignore);
  }

  /**
   * Call when the connection, or that to a node of a Cluster, may be open again, before waiting commands are sent.
   * Among these may be a command with which redlock takes the lock again with the same token, and a later release would
   * release the new lock, too.
   */
  connected(): void {
    const due = this.#due;
    if (due.length === 0) return;
    this.#due = none;
    const now = this.#clock.now();
    for (const each of due) {
      if (each.endsAt > now) this.#release(each);
    }
  }

  #release(due: Due): void {
    if (this.#dispatch.partAway(due.call) !== undefined) return this.#keep(due);
    this.#dispatch.ask('eval', due.args).catch((error: unknown) => {
      if (error instanceof Error && !isReplyError(error)) this.#keep(due);
    });
  }

  #keep(due: Due): void {
    this.#due = [...this.#due.slice(1 - maxDue), due];
  }
}

/** Whether a reply is OK, as text, as bytes, or as the bytes of a raw reply. */
function isOk(reply: unknown): boolean {
  return reply === 'OK' || (reply instanceof Uint8Array && /^\+?OK(\r\n)?$/.test(textAt([reply], 0)));
}

/** Whether a call uses the key, and not only tries to take a lock that is taken. */
function uses({ command, batch }: Call, key: string): boolean {
  const commands = batch?.commands.map((each) => each.command) ?? [command];
  return commands.some(
    ({ name, args }) =>
      args.some((_, index) => textAt(args, index) === key) && setLockOf(name, args) === undefined,
  );
}

function ignore(): void {
  // Without scripts, or without the permission to run them, the lock remains until its ttl has passed.
}
