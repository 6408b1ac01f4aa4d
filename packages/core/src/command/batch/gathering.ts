import type { CommandTraits } from '../../catalogue/command-traits.ts';
import type { DriverCommand, PipelineStream } from '../../driver/driver-command.ts';
import type { SlowCall } from '../call.ts';
import type { Dispatch, FastPath } from '../dispatch.ts';
import type { Batch } from './batch.ts';

/** A batch whose commands are coming: ioredis hands them over one by one in a synchronous loop. */
export interface Gathering {
  readonly stream: PipelineStream;
  readonly call: SlowCall;
  readonly batch: Batch;
  /** Undefined where its stream gathers them, and writes all when the last one is here. */
  readonly atOnce: AtOnce | undefined;
}

/** How the commands of a batch are written as they come: those that may take the fast path, and the others. */
export interface AtOnce {
  readonly fastPath: FastPath;
  readonly stream: PipelineStream;
}

/** How a batch that is sent now can be written; undefined where only by its own stream. */
export function atOnceBy(fastPath: FastPath | undefined, dispatch: Dispatch): AtOnce | undefined {
  if (fastPath === undefined) return undefined;
  const stream = dispatch.batchStream();
  return stream === undefined ? undefined : { fastPath, stream };
}

/** Sends one command of a batch that was sent before all of them were here. */
export function sendMember(
  command: DriverCommand,
  traits: CommandTraits,
  { stream, atOnce }: Gathering,
  dispatch: Dispatch,
  node: unknown,
): void {
  if (atOnce === undefined) dispatch.send(command, stream, node);
  else if (traits.ordinary || traits.kind === 'transaction' || traits.kind === 'cursor')
    atOnce.fastPath(command);
  else dispatch.send(command, atOnce.stream, node);
}
