import type { CauseCode } from '../../cause.ts';
import type { Clock } from '../../clock.ts';
import { WatchLostError } from '../../errors.ts';
import type { Call, SlowCall } from '../call.ts';

/**
 * Why a WATCH or a MULTI was lost: the connection was lost, or a command was not sent. The reason is undefined if it is
 * not known.
 */
interface Loss {
  readonly reason: CauseCode | undefined;
}

const withConnection: Loss = { reason: 'connection-reset' };

/** A WATCH or a MULTI that the connection holds. */
interface Held {
  /** The call that sent the WATCH or the MULTI. */
  readonly by: Call;
  /** Why the WATCH or MULTI was lost; undefined while the connection still holds it. */
  lost: Loss | undefined;
  /** Whether its EXEC or DISCARD has been sent. */
  isEnded: boolean;
  /** The time at which the commands of other callers run again, even if no EXEC or DISCARD has ended the lost MULTI. */
  endsAt: number;
}

/**
 * Tracks transaction state that is lost with its connection: a WATCH, and a MULTI whose commands are sent individually.
 * Rejects an EXEC whose WATCH or MULTI was lost, and commands that would run outside their MULTI.
 */
export class TransactionGuard {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #giveUpMs: number;
  readonly #connection: string;
  #watch: Held | undefined;
  #multi: Held | undefined;
  /** The EXEC or DISCARD that was checked last and ends a MULTI, if no other call has been checked since. */
  #ending: Call | undefined;

  /**
   * @param giveUpMs a caller that has got the error of a lost MULTI, and sends neither EXEC nor DISCARD within this
   * many milliseconds, is assumed to have given up, so that the commands of other callers run again
   * @param connection name of the `RedisResilience`, for errors
   */
  constructor(clock: Pick<Clock, 'now'>, giveUpMs: number, connection: string) {
    this.#clock = clock;
    this.#giveUpMs = giveUpMs;
    this.#connection = connection;
  }

  /** Whether the connection is between a MULTI and an EXEC that are sent individually, not as a batch. */
  get isInside(): boolean {
    return this.#multi !== undefined;
  }

  /** Whether the server has got that MULTI, and only queues commands. */
  get isOpen(): boolean {
    return this.#multi !== undefined && this.#multi.lost === undefined;
  }

  get isWatching(): boolean {
    return this.#watch !== undefined;
  }

  connectionLost(): void {
    for (const held of [this.#watch, this.#multi]) if (held !== undefined) held.lost ??= withConnection;
    this.#ending = undefined;
  }

  /** Checks a call immediately before it is sent. Returns an error if the call must not be sent. */
  check(call: SlowCall): WatchLostError | undefined {
    this.#ending = undefined;
    if (call.batch !== undefined)
      return call.batch.isTransaction ? this.#checkExec(call) : this.#checkMember(call);
    switch (call.name) {
      case 'watch':
        if (this.#watch === undefined || this.#watch.by === call) this.#watch = heldBy(call);
        return undefined;
      case 'unwatch':
        this.#watch = undefined;
        return undefined;
      case 'multi':
        this.#multi = heldBy(call);
        return undefined;
      case 'discard':
        this.#watch = undefined;
        return this.#checkEnd(call);
      case 'exec':
        return this.#checkEnd(call, this.#checkExec(call));
      case 'ping':
        // This library checks the connection with PING, which does no harm outside of a MULTI.
        return undefined;
      default:
        return this.#checkMember(call);
    }
  }

  /**
   * Call when a call fails without having been sent; `reason` is undefined if the reason is not known. Returns whether
   * DISCARD must be sent, because the server is inside a MULTI whose EXEC will not come, or would run only a part of
   * the transaction.
   */
  notSent(call: Call, reason?: CauseCode): boolean {
    const multi = this.#multi;
    const isEnding = this.#ending === call;
    this.#ending = undefined;
    if (isEnding) return true;
    if (multi === undefined || multi.lost !== undefined || call.isTransaction || call.name === 'ping')
      return false;
    if (isOfOther(call, multi)) return false;
    // DISCARD also ends the WATCH.
    if (this.#watch !== undefined) this.#watch.lost ??= { reason };
    if (!call.isBatch && (call.name === 'exec' || call.name === 'discard')) this.#multi = undefined;
    else multi.lost = { reason };
    return true;
  }

  /** Checks the WATCH on which an EXEC, or a transaction that is sent as a batch, depends. The EXEC ends the WATCH. */
  #checkExec({ slow }: SlowCall): WatchLostError | undefined {
    const watch = this.#watch;
    this.#watch = undefined;
    const loss = slow.isGuarded ? withConnection : watch?.lost;
    if (loss !== undefined) return this.#lostError('WATCH', loss);
    slow.isGuarded = watch !== undefined;
    return undefined;
  }

  #checkEnd(call: SlowCall, lost?: WatchLostError): WatchLostError | undefined {
    const multi = this.#multi;
    const error = isOfOther(call, multi) ? this.#lostError('MULTI', withConnection) : undefined;
    if (error !== undefined || multi === undefined) return error ?? lost;
    call.slow.multi = multi;
    if (multi.lost === undefined && lost !== undefined) return lost;
    multi.isEnded = true;
    this.#multi = undefined;
    if (multi.lost !== undefined) return this.#lostError('MULTI', multi.lost);
    this.#ending = call;
    return undefined;
  }

  #checkMember(call: SlowCall): WatchLostError | undefined {
    const multi = this.#multi;
    // The call was sent inside a MULTI that is gone, so it would now run outside of that MULTI.
    if (isOfOther(call, multi)) return this.#lostError('MULTI', withConnection);
    if (multi === undefined) return undefined;
    if (multi.lost === undefined) {
      call.slow.multi = multi;
      return undefined;
    }
    const now = this.#clock.now();
    multi.endsAt = Math.min(multi.endsAt, now + this.#giveUpMs);
    // A call that was sent inside the lost MULTI must never run outside of that MULTI, not even after `endsAt`.
    if (now < multi.endsAt || call.slow.multi !== undefined) return this.#lostError('MULTI', multi.lost);
    this.#multi = undefined;
    return undefined;
  }

  #lostError(what: 'WATCH' | 'MULTI', { reason }: Loss): WatchLostError {
    const why =
      reason === 'connection-reset'
        ? `The connection that held the ${what} is gone, so the transaction was not run.`
        : 'A command of the transaction was not sent, so the transaction was not run.';
    return new WatchLostError(`${why} Read the keys again, and retry the transaction.`, {
      reason,
      outcome: 'not-applied',
      connection: this.#connection,
    });
  }
}

function heldBy(call: Call): Held {
  return { by: call, lost: undefined, isEnded: false, endsAt: Infinity };
}

/** Whether the call was sent before, inside a different MULTI. */
function isOfOther({ slow }: Call, multi: Held | undefined): boolean {
  return slow?.multi !== undefined && slow.multi.by !== multi?.by;
}
