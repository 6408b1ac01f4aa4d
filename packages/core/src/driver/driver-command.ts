import type { Socket } from 'node:net';
import type { TrackedCall } from './tracked-call.ts';

/** A command as the client library creates it, with the fields that this library adds. */
export interface DriverCommand {
  name: string;
  args: unknown[];
  readonly promise: Promise<unknown>;
  isSettled?: boolean;
  /** Whether the driver has resolved the command with a reply. */
  readonly isResolved?: boolean;
  inTransaction?: boolean;
  pipelineIndex?: number | undefined;
  protocol?: number;
  replyMapping?: string;
  // `resolve` and `reject` are properties, not methods, because they are stored and later called without their object.
  resolve: (value: unknown) => unknown;
  reject: (error: Error) => unknown;
  toWritable(socket: Socket): string | Buffer;
  getKeys(): unknown[];
  /** The call that the command belongs to. */
  call?: TrackedCall | undefined;
  /**
   * The commands that are sent together in place of this command. The driver resolves this command with the bytes of
   * all their replies.
   */
  readonly joined?: readonly JoinedCommand[];
  /** Whether the command resolves with the bytes of its reply, which the client library does not parse. */
  readonly isRaw?: boolean;
  /** Whether the server only queues this login, because it is part of a transaction. */
  isQueued?: boolean;
  /**
   * The text with which PING is sent right after this EXEC. If the reply to EXEC ends with this text, the server has
   * left out a part of the reply to EXEC, and the reply to PING was read as that part.
   */
  followedBy?: string;
  /**
   * Set if a SELECT was sent after the command: the database for which the command was sent. When the command is
   * retried, the connection has already selected another database.
   */
  database?: number;
  /**
   * Deadline of this command in milliseconds; if undefined, the option `timeoutMs` of the `RedisResilience` applies. The
   * deadline of a batch is that of its first command.
   */
  timeoutMs?: number | undefined;
  /**
   * Milliseconds that the command may wait for Redis in an outage of any length. An open circuit does not reject a
   * command that has a `patienceMs`. Default 0.
   */
  patienceMs?: number;
  /**
   * Whether the command is sent through a helper of the package `fallback`, which spares a library the errors of an
   * outage.
   */
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
