import type { CauseCode } from '../cause.ts';
import type { Gate } from '../command/gate.ts';
import type { GateParts, Line } from '../command/line.ts';
import type { ConnectionHost } from '../connection/connection.ts';

/** One protected client of a resilience: the main one, a duplicate, or a whole cluster. */
export interface Member extends Line {
  /** Takes over what the driver did before it was protected. */
  begin(): void;
  readonly gate: Gate;
  readonly connections: number;
  readonly readyConnections: number;
  /** Why some keys cannot be reached although the rest can. */
  readonly partlyAwayBy: CauseCode | undefined;
  /** Drops the socket, for this reason, and dials. */
  drop(cause: CauseCode): void;
  /** Sends a command of our own, past the gate: the answer is the server's. */
  ask(command: string, args: readonly string[]): Promise<unknown>;
  /** Asks each connection for a sign of life. */
  prove(): void;
  /** Resolves when the sockets are gone. */
  disconnect(): Promise<void>;
}

/** What a member needs from the resilience it belongs to. */
export interface MemberHost extends Omit<ConnectionHost, 'ask' | 'onStateChange' | 'onProven'> {
  readonly gateParts: GateParts;
  onMemberChange(): void;
  onAttempt(attempt: {
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  }): void;
}
