import { WatchLostError } from '../../errors.ts';
import type { Call } from '../call.ts';

/**
 * Tracks transaction state that is lost with its connection: a WATCH, and a MULTI whose commands are sent individually.
 * Rejects an EXEC whose WATCH or MULTI was lost, and commands that would run outside their MULTI.
 */
export class TransactionGuard {
  #watch: 'none' | 'held' | 'lost' = 'none';
  #multi: 'none' | 'begun' | 'lost' = 'none';

  /** Whether the connection is between a MULTI and an EXEC that are sent individually, not as a batch. */
  get isInside(): boolean {
    return this.#multi !== 'none';
  }

  get isWatching(): boolean {
    return this.#watch !== 'none';
  }

  connectionLost(): void {
    if (this.#watch === 'held') this.#watch = 'lost';
    if (this.#multi === 'begun') this.#multi = 'lost';
  }

  /** Checks a call immediately before it is sent. Returns an error if the call must not be sent. */
  check(call: Call): WatchLostError | undefined {
    if (call.batch !== undefined) return call.batch.isTransaction ? this.#checkTransaction(call) : undefined;
    switch (call.command.name.toLowerCase()) {
      case 'watch':
        if (this.#watch === 'none') this.#watch = 'held';
        return undefined;
      case 'unwatch':
        this.#watch = 'none';
        return undefined;
      case 'multi':
        this.#multi = 'begun';
        return undefined;
      case 'discard':
        this.#watch = 'none';
        return this.#leaveMulti();
      case 'exec': {
        const lost = this.#checkExec();
        return this.#leaveMulti() ?? lost;
      }
      default:
        return this.#multi === 'lost' ? lostError('MULTI') : undefined;
    }
  }

  #checkTransaction({ slow }: Call): WatchLostError | undefined {
    if (slow?.isGuarded === true) return lostError('WATCH');
    if (slow !== undefined) slow.isGuarded = this.#watch === 'held';
    return this.#checkExec();
  }

  #checkExec(): WatchLostError | undefined {
    const isLost = this.#watch === 'lost';
    this.#watch = 'none';
    return isLost ? lostError('WATCH') : undefined;
  }

  #leaveMulti(): WatchLostError | undefined {
    const isLost = this.#multi === 'lost';
    this.#multi = 'none';
    return isLost ? lostError('MULTI') : undefined;
  }
}

function lostError(what: 'WATCH' | 'MULTI'): WatchLostError {
  return new WatchLostError(
    `The connection that held the ${what} is gone, so the transaction was not run. Read the keys again, and retry the transaction.`,
    { reason: 'connection-reset', outcome: 'not-applied' },
  );
}
