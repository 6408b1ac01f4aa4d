import type { Socket } from 'node:net';
import type { TrackedCall } from './tracked-call.ts';

/** A command as the client library creates it, with the fields that we add. */
export interface DriverCommand {
  name: string;
  args: unknown[];
  readonly promise: Promise<unknown>;
  isSettled?: boolean;
  inTransaction?: boolean;
  pipelineIndex?: number;
  protocol?: number;
  replyMapping?: string;
  // Properties, not methods, because they are read, stored and later called without their object.
  resolve: (value: unknown) => unknown;
  reject: (error: Error) => unknown;
  toWritable(socket: Socket): string | Buffer;
  getKeys(): unknown[];
  /** The call that the command belongs to. */
  call?: TrackedCall | undefined;
  /**
   * The commands that this one stands for. They are sent together, and the driver resolves this command with the bytes
   * of all their replies.
   */
  readonly joined?: readonly JoinedCommand[];
  /** Whether the command resolves with the bytes of its reply, which the client library does not parse. */
  readonly isRaw?: boolean;
  /** Whether the server only queues this login, because it is part of a transaction. */
  isQueued?: boolean;
  /**
   * The text that the replies to the PINGs right after this EXEC contain. If the reply to EXEC ends with this text, the
   * server left a part of that reply out.
   */
  followedBy?: string;
  /** Individual deadline of the command in milliseconds; if undefined, that of the resilience applies. */
  timeoutMs?: number | undefined;
  /** Whether a helper spares the caller the errors of an outage. */
  isAided?: boolean;
}

/** The name of a command as sent to the server, followed by its arguments. */
export type JoinedCommand = readonly [string, ...(string | Buffer)[]];

/** The object that the client passes along with each command in a pipeline. */
export interface PipelineStream {
  readonly isPipeline?: boolean;
  readonly destination?: { readonly redis?: unknown };
}

/** Sends one command of a client. */
export interface SendCommand {
  (command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown;
  /**
   * Whether the client's own function is wrapped, most likely by a tracer, so that every command must go through the
   * wrapper.
   */
  readonly isWrapped?: boolean;
}
