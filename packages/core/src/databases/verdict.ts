import type { CauseCode } from '../cause.ts';
import type { CircuitState, Lane } from '../snapshot.ts';
import type { Verdict } from './database-state.ts';
import type { MovableClient } from './movable-client.ts';

/** The facts on which the verdict about the database in use depends. */
export interface VerdictFacts {
  /** The main client, whose state is also the state of the `RedisResilience`. */
  readonly main: Pick<MovableClient, 'state' | 'cause' | 'writesHeldBy' | 'isPromotionUnderWay'>;
  /** Whether an attempt to connect has failed since the connection was lost. */
  readonly hasAttemptFailed: boolean;
  /** Whether the database is expected to serve only reads. */
  readonly isReadOnly: boolean;
  readonly circuits: Readonly<
    Record<Lane, { readonly state: CircuitState; readonly cause: CauseCode | undefined }>
  >;
}

/** How long a verdict must hold before another database is used. */
export interface Patience {
  /** Milliseconds for which a verdict must hold if the server is unavailable. */
  readonly afterMs: number;
  /** Milliseconds for which a verdict must hold if the server answers but does not serve. */
  readonly openMs: number;
}

/**
 * Returns the verdict about the database in use if its server is unavailable, or answers but does not serve; undefined
 * if the server is serving, or if that is not known yet. A dead socket alone is not enough for a verdict, because only
 * a new connection shows the state of the server.
 */
export function verdictOf(facts: VerdictFacts, { afterMs, openMs }: Patience): Verdict | undefined {
  const { main, hasAttemptFailed, isReadOnly } = facts;
  const { state, cause, writesHeldBy } = main;
  if (state === 'stalled' && cause !== undefined)
    return { reason: cause, onlyWrites: false, patienceMs: afterMs };
  if (state === 'reconnecting' || state === 'connecting') {
    if (cause === undefined || !hasAttemptFailed) return undefined;
    return { reason: cause, onlyWrites: false, patienceMs: isOurs(cause) ? openMs : afterMs };
  }
  if (state !== 'ready') return undefined;
  if (writesHeldBy !== undefined && !isReadOnly && !main.isPromotionUnderWay)
    return { reason: writesHeldBy, onlyWrites: true, patienceMs: afterMs };
  const read = refusalOf(facts.circuits.read);
  const write = isReadOnly ? undefined : refusalOf(facts.circuits.write);
  const reason = read ?? write;
  return reason === undefined ? undefined : { reason, onlyWrites: read === undefined, patienceMs: openMs };
}

/** Returns the fault of the server because of which a circuit has opened; undefined if there is no such fault. */
function refusalOf({ state, cause }: VerdictFacts['circuits'][Lane]): CauseCode | undefined {
  if (state === 'closed' || state === 'isolated') return undefined;
  return cause === 'isolated' || cause === 'overloaded' || cause === 'closed' ? undefined : cause;
}

/**
 * Returns whether this cause means that the server is up but refuses what this process sends, which may be a fault of
 * this process.
 */
function isOurs(cause: CauseCode): boolean {
  return cause === 'auth' || cause === 'credentials' || cause === 'database';
}
