import type { CauseCode } from '../cause.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { ConnectionState } from '../snapshot.ts';

/** A client that can be led to another database beneath its user. */
export interface MovableClient {
  /** The name of the database that it leads to. */
  readonly database: string | undefined;
  readonly state: ConnectionState;
  readonly cause: CauseCode | undefined;
  readonly writesHeldBy: CauseCode | undefined;
  readonly isPromotionUnderWay: boolean;
  /** Nothing that it sent is unanswered. */
  readonly isQuiet: boolean;
  /** What it sends waits, until `resume` or `turnTo`. */
  pause(): void;
  resume(): void;
  /** Asks the server, over another client, to let a blocked call go; the call is sent again later. */
  releaseBlocked(over: Pick<MovableClient, 'ask'>): void;
  /** Sends a command of our own, past the gate. */
  ask(command: string, args: readonly string[]): Promise<unknown>;
  /** Makes a connection to another database, beside the present one. */
  prepare(database: string, signal: AbortSignal): Promise<VerifiedSocket>;
  /** Goes to another database, over this connection or a new one. `isInPeace`: nothing is in flight. */
  turnTo(database: string, verified: VerifiedSocket | undefined, isInPeace: boolean): void;
  /** A change is due at this time, so that calls had better wait for it; undefined: none is in sight. */
  expectChange(at: number | undefined): void;
}
