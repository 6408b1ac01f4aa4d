import type { CauseCode } from '../cause.ts';
import type { CircuitState, Lane } from '../snapshot.ts';
import type { Verdict } from './database-state.ts';
import type { MovableClient } from './movable-client.ts';

/** What the verdict on the database in use depends on. */
export interface VerdictFacts {
  /** The client whose state is that of the resilience. */
  readonly main: Pick<MovableClient, 'state' | 'cause' | 'writesHeldBy' | 'isPromotionUnderWay'>;
  /** Whether an attempt to connect failed since the connection was lost. */
  readonly hasAttemptFailed: boolean;
  /** Only reads are expected of it. */
  readonly isReadOnly: boolean;
  readonly circuits: Readonly<
    Record<Lane, { readonly state: CircuitState; readonly cause: CauseCode | undefined }>
  >;
}

/** How long a verdict has to stand, by its kind. */
export interface Patience {
  /** The server is away. */
  readonly afterMs: number;
  /** It answers, and does not serve. */
  readonly openMs: number;
}

/**
 * Whether the server behind the database in use is away, or does not serve. A dead socket alone is no verdict: the
 * attempt to connect, or a second connection, shows what is true of the server.
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

/** The fault of the server for which a circuit is not closed. */
function refusalOf({ state, cause }: VerdictFacts['circuits'][Lane]): CauseCode | undefined {
  if (state === 'closed' || state === 'isolated') return undefined;
  return cause === 'isolated' || cause === 'overloaded' || cause === 'closed' ? undefined : cause;
}

/** The server is there, and refuses what this process sends: it may be this process that is wrong. */
function isOurs(cause: CauseCode): boolean {
  return cause === 'auth' || cause === 'credentials' || cause === 'database';
}
