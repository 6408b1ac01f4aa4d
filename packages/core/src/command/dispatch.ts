import type { CauseCode } from '../cause.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DriverCommand, PipelineStream } from '../driver/driver-command.ts';
import type { ReleaseBook } from '../driver/tracked-call.ts';
import type { Flush } from '../event-loop/flush.ts';
import type { Call, SlowCall } from './call.ts';

/**
 * A connection to which plain commands are written directly, without the driver. A plain command gets one reply and
 * does nothing else to its connection: it does not block, subscribe or select a database, for example.
 */
export interface FastRoute {
  /**
   * The circuits of the server that the connection leads to, if that server has circuits of its own, as a Cluster node
   * does.
   */
  readonly circuits: LaneCircuits | undefined;
  /** Returns the flush (one write to the socket) that will contain a command that is written now. */
  currentFlush(): Flush;
  write(command: DriverCommand): void;
}

export interface FastPath {
  /**
   * Returns the connection to which this plain command can be written directly (see {@link FastRoute}); undefined if
   * the command has to be passed to the driver.
   */
  routeOf(command: DriverCommand): FastRoute | undefined;
}

/** The outage of a Cluster node or slot, while the rest of the Cluster serves commands. */
export interface PartAway {
  readonly cause: CauseCode;
  /**
   * Until this time, calls wait for the node or slot until their deadline; calls issued after this time fail
   * immediately, unless they may wait in any outage. Monotonic milliseconds.
   */
  readonly isExpectedUntil: number;
}

/**
 * Passes the commands that a client's gate admits to the driver of that client, which is connected to a single server or
 * to a Cluster.
 */
export interface Dispatch {
  /** Sends a command as the driver itself would. */
  send(command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown;
  /** Whether a tracer wraps the driver, so that it must see each command in the async context of its call. */
  readonly isWrapped: boolean;
  /**
   * Sends a command of a pipeline alone, because a node of a Cluster redirected it. Undefined without a Cluster, where
   * the driver follows no redirections.
   */
  readonly follow?: (command: DriverCommand) => void;
  /** Sends one of this library's own commands, past the gate and its queue, and settles with the server's reply. */
  ask(name: string, args: readonly string[]): Promise<unknown>;
  /** Returns the fast path; undefined if every command has to use the slow path now. */
  fastPath(): FastPath | undefined;
  /**
   * When a batch uses the fast path, returns the stream for those of its commands that cannot use the fast path;
   * undefined if the whole batch has to use the slow path.
   */
  batchStream(): PipelineStream | undefined;
  /**
   * Whether every dispatched command is written in the current flush (one write to a socket); false for a Cluster,
   * where each node has its own flushes.
   */
  readonly writesAtOnce: boolean;
  /** Returns the flush (one write to a socket) in which commands dispatched now count as sent. */
  currentFlush(): Flush;
  /** Returns whether the command belongs to the driver's own handshake, if one is in progress. */
  isHandshake(command: DriverCommand): boolean;
  /** Makes a driver connect that has never begun to connect. */
  wake(): void;
  /** Ends the client and answers its QUIT with OK, because there is no connection on which QUIT could be sent. */
  leave(quit: DriverCommand): void;
  /** Returns whether the socket is applying backpressure. */
  isBlocked(): boolean;
  /**
   * Returns why the Cluster node or slot that this call needs is unavailable, and until when calls wait for it;
   * undefined if the node or slot is available, or without a Cluster.
   */
  partAway(call: Call): PartAway | undefined;
  /** Returns whether all nodes and slots of a Cluster are available; true for a single server. */
  isWhole(): boolean;
  /**
   * Returns the circuits of the server that this call needs, if that server has circuits of its own, as a Cluster node
   * does; otherwise undefined.
   */
  circuitsOf(call: Call): LaneCircuits | undefined;
  /**
   * Returns an id of the server process that this call would go to, which changes when the server restarts; undefined
   * if that process is not known.
   */
  serverOf(call: Call): string | undefined;
  /** Prepares the commands in a batch for a retry, perhaps on another node. */
  beforeBatch(node: unknown): void;
  /**
   * Returns the record of this library's CLIENT UNBLOCK requests for the connection; undefined for a Cluster, which has
   * several connections.
   */
  releases(): ReleaseBook | undefined;
  /**
   * Calls `send`, and makes the commands that `send` sends run on this database; if undefined, on the selected one.
   * Commands sent later run on the selected database again.
   */
  onDatabase(database: number | undefined, send: () => void): void;
  /** Returns the time at which replies were last read. The clock is read once for all replies of one read. */
  readAt(): number;
}

/** Passes a call to the driver: if a tracer wraps the driver, in the async context in which the call was issued. */
export function handOver(dispatch: Dispatch, { command, batch, slow }: SlowCall): void {
  const { stream, node, inContext } = slow;
  slow.releases = dispatch.releases();
  const handOne = (each: DriverCommand): void => {
    if (inContext === undefined) dispatch.send(each, stream, node);
    else inContext(() => dispatch.send(each, stream, node));
  };
  if (batch !== undefined) dispatch.beforeBatch(node);
  const commands = batch?.sent() ?? [command];
  const database = commands.find((each) => each.database !== undefined)?.database;
  dispatch.onDatabase(database, () => {
    for (const each of commands) handOne(each);
  });
}
