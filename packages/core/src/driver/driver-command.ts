import type { Socket } from 'node:net';
import type { TrackedCall } from './tracked-call.ts';

/** A command as the client library builds it, with the fields we add. */
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
  /** The call it belongs to. */
  call?: TrackedCall | undefined;
  /**
   * The commands that this one stands for, each as its name and its arguments. It is sent once, and resolves with the
   * bytes of all their replies.
   */
  readonly joined?: readonly JoinedCommand[];
  /** Its reply is not read by the client library: it resolves with the bytes. */
  readonly isRaw?: boolean;
  /** Its own deadline in milliseconds; undefined: that of the resilience. */
  readonly timeoutMs?: number | undefined;
}

/** The name of a command as the server shall see it, and its arguments. */
export type JoinedCommand = readonly [string, ...(string | Buffer)[]];

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
