import { isWriteRefusal, type CauseCode } from '../cause.ts';
import type { CircuitState, ConnectionState, Status } from '../snapshot.ts';

/** The facts on which the status depends. */
export interface StatusFacts {
  readonly connection: ConnectionState;
  readonly connectionCause: CauseCode | undefined;
  readonly readCircuit: CircuitState;
  readonly writeCircuit: CircuitState;
  readonly readCause: CauseCode | undefined;
  readonly writeCause: CauseCode | undefined;
  /** Why writes have to wait although the connection is ready: the server is a replica where a primary is expected. */
  readonly writesHeldBy: CauseCode | undefined;
  /** Why some keys cannot be reached although the others can, for example because a primary of a Cluster is lost. */
  readonly partlyAwayBy: CauseCode | undefined;
}

export interface StatusVerdict {
  readonly status: Status;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly cause: CauseCode | undefined;
}

/**
 * Returns what the application may expect to work right now. `up`: everything works. `down`: nothing works. `degraded`:
 * only reads, only writes or only some keys work, or a circuit is letting trial calls through before it closes.
 */
export function statusOf(facts: StatusFacts): StatusVerdict {
  const isConnected = facts.connection === 'ready';
  const reads = isConnected && lets(facts.readCircuit);
  // A server that refused writes is assumed to refuse them until it has accepted one.
  const isRefused = facts.writeCircuit === 'half-open' && isWriteRefusal(facts.writeCause);
  const writes = isConnected && lets(facts.writeCircuit) && facts.writesHeldBy === undefined && !isRefused;
  const isTrying = facts.readCircuit === 'half-open' || facts.writeCircuit === 'half-open';
  const isWhole = !isTrying && facts.partlyAwayBy === undefined;
  if (reads && writes && isWhole) return { status: 'up', reads, writes, cause: undefined };
  const cause = causeOf(facts);
  return { status: reads || writes ? 'degraded' : 'down', reads, writes, cause };
}

function lets(circuit: CircuitState): boolean {
  return circuit === 'closed' || circuit === 'half-open';
}

function causeOf(facts: StatusFacts): CauseCode | undefined {
  if (facts.readCircuit === 'isolated' || facts.writeCircuit === 'isolated') return 'isolated';
  if (facts.connection === 'ended') return 'closed';
  const { connectionCause, writesHeldBy, partlyAwayBy, readCause, writeCause } = facts;
  return connectionCause ?? writesHeldBy ?? partlyAwayBy ?? readCause ?? writeCause;
}
