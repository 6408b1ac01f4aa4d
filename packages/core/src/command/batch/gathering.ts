import type { CommandTraits } from '../../catalogue/command-traits.ts';
import type { DriverCommand, PipelineStream } from '../../driver/driver-command.ts';
import type { SlowCall } from '../call.ts';
import type { Dispatch, FastRoute } from '../dispatch.ts';
import type { Batch } from './batch.ts';

/** A batch that is being assembled: ioredis passes its commands one at a time, in a synchronous loop. */
export interface Gathering {
  readonly stream: PipelineStream;
  readonly call: SlowCall;
  readonly batch: Batch;
  /**
   * Writes each command of the batch as soon as the command arrives; undefined if the pipeline of ioredis collects the
   * commands and writes them together when the last one has arrived.
   */
  readonly direct: DirectSend | undefined;
}

/**
 * How the commands in a batch are written as soon as they arrive: with `route`, the fast path, if possible, and
 * otherwise by the driver, which writes them to `stream` at once.
 */
export interface DirectSend {
  readonly route: FastRoute;
  readonly stream: PipelineStream;
}

/**
 * Returns how to write the commands in a batch as soon as they arrive; undefined if they can be written only together.
 */
export function directSendBy(route: FastRoute | undefined, dispatch: Dispatch): DirectSend | undefined {
  if (route === undefined) return undefined;
  const stream = dispatch.batchStream();
  return stream === undefined ? undefined : { route, stream };
}

/** Sends one command in a batch whose commands are sent as they arrive. */
export function sendBatched(
  command: DriverCommand,
  traits: CommandTraits,
  { stream, direct, batch }: Gathering,
  dispatch: Dispatch,
  node: unknown,
): void {
  if (direct === undefined) dispatch.send(command, stream, node);
  else if (traits.ordinary || (traits.kind === 'transaction' && !batch.hasLogins) || traits.kind === 'cursor')
    direct.route.write(command);
  else dispatch.send(command, direct.stream, node);
}
