import type { CauseCode } from '../cause.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DriverCommand, PipelineStream, SendCommand } from '../driver/driver-command.ts';
import type { Flush } from '../event-loop/flush.ts';
import type { Call, SlowCall } from './call.ts';

/** Writes a plain command straight to the socket. */
export type FastPath = (command: DriverCommand) => void;

/** A part of Redis is away although the rest serves: a node of a Cluster, for instance. */
export interface PartAway {
  readonly cause: CauseCode;
  /** Monotonic milliseconds. Calls issued before this wait for the part until their deadline; later ones fail at once. */
  readonly isExpectedUntil: number;
}

/** How a gate hands commands to the driver. One implementation a topology. */
export interface Dispatch {
  /** The driver's own `sendCommand`. */
  readonly send: SendCommand;
  /** Undefined where only the slow path is right. */
  fastPath(): FastPath | undefined;
  /**
   * What to pass along with commands of a batch that take the slow path while others of it take the fast one; undefined
   * where all of a batch has to take the slow path.
   */
  batchStream(): PipelineStream | undefined;
  /** Whether a dispatched command is written in the current flush; else the node that takes it says in which. */
  readonly writesAtOnce: boolean;
  /** The flush that commands dispatched now belong to. */
  currentFlush(): Flush;
  /** Whether the driver's own handshake is going on and this command belongs to it. */
  isHandshake(command: DriverCommand): boolean;
  /** Tells a driver that was never told to connect to do so. */
  wake(): void;
  /** Ends the client, as QUIT does when there is no connection to say it on. */
  leave(quit: DriverCommand): void;
  /** Whether the socket takes no bytes for now. */
  isBlocked(): boolean;
  /** Whether the part of Redis that this call needs is away; undefined while it is not. */
  partAway(call: Call): PartAway | undefined;
  /** Whether no part is away. */
  isWhole(): boolean;
  /** The circuits of the part that this call needs; undefined where the whole of Redis has only one pair. */
  circuitsOf(call: Call): LaneCircuits | undefined;
  /** Names the server process that takes this call: another one after a restart. Undefined where it is not known. */
  serverOf(call: Call): string | undefined;
  /** Prepares the commands of a batch for another send, perhaps to another node. */
  beforeBatch(node: unknown): void;
  /** When replies were read last: one clock reading for all replies of one read. */
  readAt(): number;
}

/** Hands a call to the driver, in the context it was issued in where a tracer looks at that. */
export function handOver(dispatch: Dispatch, { command, batch, slow }: SlowCall): void {
  const { stream, node, inContext } = slow;
  const handOne = (each: DriverCommand): void => {
    if (inContext === undefined) dispatch.send(each, stream, node);
    else inContext(dispatch.send, each, stream, node);
  };
  if (batch === undefined) handOne(command);
  else {
    dispatch.beforeBatch(node);
    for (const each of batch.sent()) handOne(each);
  }
}
