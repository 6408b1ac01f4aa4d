import { Command, type Redis } from 'ioredis';
import type { DriverCommand, PipelineStream, SendCommand } from '../../driver/driver-command.ts';
import { refusedInTransaction } from '../../driver/unsendable-command.ts';
import { asCallersFault } from '../../replies/connection-error.ts';
import { internals } from '../internals.ts';

interface OwnStream extends PipelineStream {
  write(chunk: string | Buffer): void;
  /** Why no further command of the transaction may be sent; undefined if commands may be sent. */
  failure?: Error;
}

/**
 * Returns a `sendCommand` that rejects a command if the driver throws while sending it. The driver throws if the
 * command is too long for a string, or if a function of the application throws, such as the `toString` of an argument.
 * When a command that has waited for a connection is sent, its caller is no longer on the call stack, so a thrown error
 * would not reach it.
 */
export function rejectInsteadOfThrowing(send: SendCommand): SendCommand {
  const sendOrReject: SendCommand = (command, stream, node) => {
    const own = stream?.isPipeline === true ? streamWithoutCount(stream) : undefined;
    if (own?.failure !== undefined) {
      command.reject(own.failure);
      return command.promise;
    }
    try {
      return send(command, own ?? stream, node);
    } catch (error) {
      if (own !== undefined && bounds(command)) failTransaction(own, error);
      return rejectThrown(command, error, (replacement) => sendOrReject(replacement, stream, node));
    }
  };
  return send.isWrapped === true ? Object.assign(sendOrReject, { isWrapped: true }) : sendOrReject;
}

/**
 * Rejects a command with the error that the driver threw. If the command is part of a transaction, `send` is called
 * with a replacement that the server refuses, so that no part of the transaction runs.
 */
export function rejectThrown(
  command: DriverCommand,
  thrown: unknown,
  send: (replacement: DriverCommand) => unknown,
): unknown {
  // To the driver, a transaction of a `RawClient` is a single command, so if that command cannot be sent, no part of
  // the transaction has been sent.
  const isOneOfTransaction = command.call?.isTransaction === true && command.joined === undefined;
  command.reject(asCallersFault(thrown));
  if (isOneOfTransaction && !bounds(command)) {
    const replacement = new Command(refusedInTransaction);
    replacement.promise.catch(ignore);
    send(replacement as unknown as DriverCommand);
  }
  return command.promise;
}

/** Returns whether the command begins or ends a transaction. */
function bounds({ name }: DriverCommand): boolean {
  return name === 'multi' || name === 'exec';
}

/**
 * Ends a transaction whose MULTI or EXEC could not be sent. If MULTI were missing, the other commands would run on
 * their own; if EXEC were missing, the server would keep queueing commands.
 */
function failTransaction(stream: OwnStream, error: unknown): void {
  stream.failure = asCallersFault(error);
  socketOf(stream)?.destroy();
}

const streams = new WeakMap<PipelineStream, OwnStream>();

/**
 * Returns a replacement for a pipeline's stream that writes each command immediately. ioredis' own stream waits until
 * it has received all commands. If one command were missing, ioredis' stream would write none of them, and the next
 * replies would go to commands that were never written.
 */
function streamWithoutCount(stream: PipelineStream): OwnStream {
  const known = streams.get(stream);
  if (known !== undefined) return known;
  const own: OwnStream = {
    ...stream,
    write: (chunk) => void socketOf(stream)?.write(chunk),
  };
  streams.set(stream, own);
  return own;
}

function socketOf({ destination }: PipelineStream) {
  const client = destination?.redis;
  return client === undefined ? undefined : internals(client as Redis).stream;
}

function ignore(): void {
  // The error makes the transaction fail.
}
