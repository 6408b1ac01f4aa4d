import type { CauseCode } from '../cause.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { ConnectionState } from '../snapshot.ts';
import type { BlockedCall } from './release-blocked.ts';

/** A client that can be moved to another Redis database without its callers noticing. */
export interface MovableClient {
  /** Name of the database to which the client connects. */
  readonly database: string | undefined;
  readonly state: ConnectionState;
  readonly cause: CauseCode | undefined;
  readonly writesHeldBy: CauseCode | undefined;
  readonly isPromotionUnderWay: boolean;
  /** Whether every command that the client has sent has been answered. */
  readonly isQuiet: boolean;
  /** Makes new commands wait until `resume` or `switchTo` is called. */
  pause(): void;
  resume(): void;
  /** The call that blocks the client's connection, if any. */
  readonly blocked: BlockedCall | undefined;
  /** Makes a connection to another database, in addition to the current connection. */
  prepare(database: string, signal: AbortSignal): Promise<VerifiedSocket>;
  /**
   * Moves the client to another database, over the connection `verified` or, if that is undefined, a new connection.
   * `isInPeace` means that the switch is graceful: no call is in flight.
   */
  switchTo(database: string, verified: VerifiedSocket | undefined, isInPeace: boolean): void;
  /**
   * Announces that a switch is due at time `at`, so that calls wait for it. `at` is undefined if no switch is expected.
   */
  expectChange(at: number | undefined): void;
}
