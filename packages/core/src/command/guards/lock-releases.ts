import { lockReleaseOf, type LockRelease } from '../../catalogue/redlock.ts';
import type { Clock } from '../../clock.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import type { Call } from '../call.ts';
import type { Dispatch } from '../dispatch.ts';

interface Due extends LockRelease {
  /** When the lock has expired at the latest, so that nothing is left to release. */
  readonly endsAt: number;
}

/** Maximum number of locks whose release waits for Redis; those that have waited longest are given up first. */
const maxDue = 1000;

/**
 * Releases the locks that a client may have taken with redlock without knowing it. When a frozen server thaws, it runs
 * the command that takes the lock, although redlock has already reported that it could not get the lock. redlock itself
 * tries to release the lock only once, while Redis is still unavailable. Without this class, the lock would then belong
 * to nobody until its ttl has passed.
 */
export class LockReleases {
  readonly #clock: Clock;
  readonly #dispatch: Dispatch;
  #due: readonly Due[] = [];

  constructor(clock: Clock, dispatch: Dispatch) {
    this.#clock = clock;
    this.#dispatch = dispatch;
  }

  /**
   * Call when a call has failed although the server may run it. If the call takes a lock, the release is sent on the
   * same connection, so a frozen server runs the release after the call. If the connection is lost, the release waits
   * until {@link connected}.
   */
  noteUnknown({ batch, name, command }: Call): void {
    const release = batch === undefined ? lockReleaseOf(name, command.args) : undefined;
    if (release !== undefined) this.#release({ ...release, endsAt: this.#clock.now() + release.ttlMs });
  }

  /**
   * Call when the connection is open again, before waiting commands are sent. Among these may be a command with which
   * redlock takes the lock again with the same token, and a later release would release the new lock, too.
   */
  connected(): void {
    const due = this.#due;
    if (due.length === 0) return;
    this.#due = [];
    const now = this.#clock.now();
    for (const each of due) {
      if (each.endsAt > now) this.#release(each);
    }
  }

  #release(due: Due): void {
    this.#dispatch.ask('eval', due.args).catch((error: unknown) => {
      if (error instanceof Error && !isReplyError(error)) this.#keep(due);
    });
  }

  #keep(due: Due): void {
    this.#due = [...this.#due.slice(1 - maxDue), due];
  }
}
