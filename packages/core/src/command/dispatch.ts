import type { DriverCommand, SendCommand } from '../driver-command.ts';
import type { Turn } from '../socket/turn.ts';

/** How a gate hands commands to the driver. One implementation a topology. */
export interface Dispatch {
  /** The driver's own `sendCommand`. */
  readonly long: SendCommand;
  /** Straight to the socket, for plain commands; undefined where only the long way is right. */
  short(): ((command: DriverCommand) => void) | undefined;
  /** Whether what is dispatched is written in the same turn; else whoever writes it says so. */
  readonly writesAtOnce: boolean;
  /** The turn that commands dispatched now belong to. */
  turn(): Turn;
  /** Whether the driver's own handshake is going on and this command belongs to it. */
  isHandshake(command: DriverCommand): boolean;
  /** Tells a driver that was never told to connect to do so. */
  wake(): void;
  /** Ends the client, as QUIT does when there is nobody to say it to. */
  leave(quit: DriverCommand): void;
  /** Whether the socket takes no bytes for now. */
  isBlocked(): boolean;
  /** Prepares the members of a pipeline for another attempt, perhaps on another node. */
  beforeBatch(node: unknown): void;
  /** When replies were read last: one clock reading for all replies of one turn. */
  readAt(): number;
}
