import type { CauseCode } from '../cause.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DriverCommand, PipelineStream, SendCommand } from '../driver/driver-command.ts';
import type { ReleaseBook } from '../driver/tracked-call.ts';
import type { Flush } from '../event-loop/flush.ts';
import type { Call, SlowCall } from './call.ts';

/** A connection to which plain commands are written directly, without the driver. */
export interface FastRoute {
  /** The circuits of the part of Redis that it leads to; undefined if there is only one pair for the whole of Redis. */
  readonly circuits: LaneCircuits | undefined;
  /** Returns the flush to which a command written now belongs. */
  currentFlush(): Flush;
  write(command: DriverCommand): void;
}

/** Returns the connection on which this plain command is written; undefined if the command has to use the slow path. */
export type FastPath = (command: DriverCommand) => FastRoute | undefined;

/** A part of Redis, such as a Cluster node, that is unavailable while the rest serves commands. */
export interface PartAway {
  readonly cause: CauseCode;
  /**
   * Calls issued before this time wait for the part until their deadline; later ones fail immediately. Monotonic
   * milliseconds.
   */
  readonly isExpectedUntil: number;
}

/** How a gate passes commands to the driver. There is one implementation per topology. */
export interface Dispatch {
  /** The driver's own `sendCommand`. */
  readonly send: SendCommand;
  /** Returns undefined if only the slow path can be used. */
  fastPath(): FastPath | undefined;
  /**
   * When a batch is split between the fast and slow paths, returns the stream to pass with its slow-path commands;
   * undefined if the whole batch has to use the slow path.
   */
  batchStream(): PipelineStream | undefined;
  /**
   * Whether every dispatched command is written in the current flush. False for a Cluster, where each node has its own
   * flushes.
   */
  readonly writesAtOnce: boolean;
  /** Returns the flush to which commands dispatched now belong. */
  currentFlush(): Flush;
  /** Returns whether the command belongs to the driver's own handshake, if one is in progress. */
  isHandshake(command: DriverCommand): boolean;
  /** Connects a driver that has never been told to connect. */
  wake(): void;
  /** Ends the client and answers its QUIT with OK, because there is no connection on which QUIT could be sent. */
  leave(quit: DriverCommand): void;
  /** Returns whether the socket is applying backpressure. */
  isBlocked(): boolean;
  /**
   * If the Cluster node or slot that this call needs is unavailable, returns the cause, and until when calls wait for
   * it; otherwise undefined. Always undefined without a Cluster.
   */
  partAway(call: Call): PartAway | undefined;
  /** Returns whether all parts of Redis are available. */
  isWhole(): boolean;
  /**
   * Returns the circuits of the part that this call needs; undefined if there is only one pair for the whole of Redis.
   */
  circuitsOf(call: Call): LaneCircuits | undefined;
  /** Returns an id of the server process that this call goes to; a restart changes the id. Undefined if not known. */
  serverOf(call: Call): string | undefined;
  /** Prepares the commands in a batch for a retry, perhaps on another node. */
  beforeBatch(node: unknown): void;
  /**
   * Returns our requests to unblock calls on the connection; undefined for a Cluster, which has several connections.
   */
  releases(): ReleaseBook | undefined;
  /** Returns when replies were last read. The clock is read once for all replies of one read. */
  readAt(): number;
}

/** Passes a call to the driver, in the async context in which it was issued if a tracer depends on that. */
export function handOver(dispatch: Dispatch, { command, batch, slow }: SlowCall): void {
  const { stream, node, inContext } = slow;
  slow.releases = dispatch.releases();
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
