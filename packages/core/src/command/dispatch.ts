import type { DriverCommand, SendCommand } from '../driver/driver-command.ts';
import type { Flush } from '../event-loop/flush.ts';

/** How a gate hands commands to the driver. One implementation a topology. */
export interface Dispatch {
  /** The driver's own `sendCommand`. */
  readonly send: SendCommand;
  /** Straight to the socket, for plain commands; undefined where only the slow path is right. */
  fastPath(): ((command: DriverCommand) => void) | undefined;
  /** Whether a dispatched command is written in the current flush; else the node that takes it says in which. */
  readonly writesAtOnce: boolean;
  /** The flush that commands dispatched now belong to. */
  currentFlush(): Flush;
  /** Whether the driver's own handshake is going on and this command belongs to it. */
  isHandshake(command: DriverCommand): boolean;
  /** Tells a driver that was never told to connect to do so. */
  wake(): void;
  /** Ends the client, as QUIT does when there is nobody to say it to. */
  leave(quit: DriverCommand): void;
  /** Whether the socket takes no bytes for now. */
  isBlocked(): boolean;
  /** Prepares the commands of a pipeline for another attempt, perhaps on another node. */
  beforeBatch(node: unknown): void;
  /** When replies were read last: one clock reading for all replies of one read. */
  readAt(): number;
}
