import { traitsOf } from '../../catalogue/command-traits.ts';
import type { CauseCode } from '../../cause.ts';
import { callError, markRefused, type OwnFailure } from '../../command/call-errors.ts';
import type { Connection } from '../../connection/connection.ts';
import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import type { Flush } from '../../event-loop/flush.ts';
import { stallDetectorOf } from '../../event-loop/thaw-watches.ts';
import { EstablishError } from '../../handshake/establish.ts';
import type { Settings } from '../../options/settings.ts';
import { isCallersFault, isReplyError } from '../../replies/connection-error.ts';

/**
 * The commands that the application sends to one node itself, with a client from `cluster.nodes()`. The node's client
 * neither limits how long they take nor sends them again, but they fail with the same errors as all other calls.
 */
export class NodeCommands {
  readonly #driver: NodeDriver;
  readonly #connection: Connection;
  readonly #settings: Settings;
  readonly #cluster: Pick<ClusterDriver, 'isReady'>;
  /** The flush that contains each command; undefined if the command has not been written. */
  readonly #written = new WeakMap<DriverCommand, Flush | undefined>();
  #lostBy: CauseCode | undefined;

  constructor(
    driver: NodeDriver,
    connection: Connection,
    settings: Settings,
    cluster: Pick<ClusterDriver, 'isReady'>,
  ) {
    this.#driver = driver;
    this.#connection = connection;
    this.#settings = settings;
    this.#cluster = cluster;
  }

  /** Call when the node's connection was lost, or could not be made. */
  noteLoss(cause: CauseCode): void {
    this.#lostBy = cause;
  }

  /** Call when the driver is given a command, whether the driver writes or queues it. */
  given(command: DriverCommand): void {
    // The `quit()` of the cluster client recognises a closed node by the text of the driver's error.
    if (command.name === 'quit' || this.#driver.isHandshake(command)) return;
    const isKnown = this.#written.has(command);
    const isWritten = this.#driver.status === 'ready';
    this.#written.set(command, isWritten ? this.#connection.wire.currentFlush() : undefined);
    if (isKnown) return;
    const { reject } = command;
    command.reject = (error) => reject.call(command, this.#errorFor(command, error));
  }

  #errorFor(command: DriverCommand, error: Error): Error {
    if (isReplyError(error)) return markRefused(error);
    if (isCallersFault(error)) return error;
    // Like the errors of all other calls, this one is not an unhandled rejection if the caller ignores the promise.
    command.promise.catch(ignore);
    const { lane, name } = traitsOf(command.name);
    const outcome = this.#written.get(command)?.isWritten === true ? 'unknown' : 'not-applied';
    const isUnknownWrite = outcome === 'unknown' && lane === 'write';
    const kind: OwnFailure['kind'] = isUnknownWrite ? 'outcome-unknown' : 'unavailable';
    const reason = this.#reasonOf(error);
    const { state, wire } = this.#connection;
    const now = this.#settings.clock.now();
    return callError(
      { kind, reason, outcome, error },
      {
        name: this.#settings.name,
        lane,
        retryAfterMs: this.#connection.nextAttemptMs(),
        forensics: {
          command: name,
          attempt: outcome === 'unknown' ? 1 : 0,
          connectionState: state,
          waiting: 0,
          inFlight: this.#driver.unansweredCount(),
          lastReadAgeMs: wire.readAt === 0 ? undefined : now - wire.readAt,
          lastWriteAgeMs: wire.writtenAt === 0 ? undefined : now - wire.writtenAt,
          eventLoopLagMs: stallDetectorOf(this.#settings.clock).lagMs,
        },
      },
    );
  }

  #reasonOf(error: Error): CauseCode {
    const reason = error instanceof EstablishError ? error.reason : (this.#lostBy ?? 'closed');
    // The cluster client closes the connection to a node that serves no slots any more.
    return reason === 'closed' && this.#cluster.isReady ? 'connection-reset' : reason;
  }
}

function ignore(): void {
  // The caller may handle the error, but does not have to.
}
