import type { Socket } from 'node:net';
import type { TrackedCall } from './tracked-call.ts';

/** A command as ioredis builds it, with the one field we add: the call it belongs to. */
export interface DriverCommand {
  name: string;
  args: unknown[];
  readonly promise: Promise<unknown>;
  isSettled?: boolean;
  inTransaction?: boolean;
  pipelineIndex?: number;
  protocol?: number;
  replyMapping?: string;
  // As properties: they are taken, kept and called later, and need no receiver.
  resolve: (value: unknown) => unknown;
  reject: (error: Error) => unknown;
  toWritable(socket: Socket): string | Buffer;
  getKeys(): unknown[];
  call?: TrackedCall | undefined;
}

/** What ioredis passes as the second argument of `sendCommand` for the members of a pipeline. */
export interface PipelineStream {
  readonly isPipeline?: boolean;
  readonly destination?: { readonly redis?: unknown };
}

export interface SendCommand {
  (command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown;
  /** Somebody else, a tracer most likely, stands before the driver's own, and wants to see every command. */
  readonly isWrapped?: boolean;
}

/** What ioredis asks of the object that makes its sockets. */
export interface DriverConnector {
  connect(emit: (event: string, error: Error) => void): Promise<Socket>;
  disconnect(): void;
  check(info: unknown): boolean;
}
