import type { Socket } from 'node:net';
import type { TrackedCall } from './tracked-call.ts';

/** A command as the client library builds it, with the one field we add: the call it belongs to. */
export interface DriverCommand {
  name: string;
  args: unknown[];
  readonly promise: Promise<unknown>;
  isSettled?: boolean;
  inTransaction?: boolean;
  pipelineIndex?: number;
  protocol?: number;
  replyMapping?: string;
  // Properties, not methods: they are read, kept and called later without their object.
  resolve: (value: unknown) => unknown;
  reject: (error: Error) => unknown;
  toWritable(socket: Socket): string | Buffer;
  getKeys(): unknown[];
  call?: TrackedCall | undefined;
}

/** What the client passes along with a command of a pipeline. */
export interface PipelineStream {
  readonly isPipeline?: boolean;
  readonly destination?: { readonly redis?: unknown };
}

/** Sends one command of a client. */
export interface SendCommand {
  (command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown;
  /** Whether a wrapper, most likely a tracer, stands before the client's own function and has to see every command. */
  readonly isWrapped?: boolean;
}
