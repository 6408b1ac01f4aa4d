import type { DriverStatus } from './driver-status.ts';
import type { Socket } from 'node:net';
import type { Session } from '../handshake/session.ts';
import type { ServerInfo } from '../handshake/verify-handshake.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { ParserTraits } from '../replies/frame-line.ts';
import type { BesidesReplies } from './besides-replies.ts';
import type { CommandSink } from './command-sink.ts';
import type { DriverCommand, PipelineStream, SendCommand } from './driver-command.ts';
import type { DriverConnector, FirstFailure } from './driver-connector.ts';
import type { Listener } from '../listener.ts';
import type { Subscriptions, Unsubscribed } from './subscriptions.ts';
import type { SentBefore } from './sent-before.ts';

/** Events of a client's connection, in the order in which they occur. */
export type DriverEvent = 'connecting' | 'connect' | 'ready' | 'end';

/** An event, as a listener that serves for several events gets it. */
export interface DriverNews<Event extends DriverEvent> {
  readonly kind: Event;
}

/** The verified state of a connection. */
export interface ProvenState {
  /** The credentials used for the login; undefined if there were none. */
  readonly credentials: Credentials | undefined;
  readonly isResp3: boolean;
  readonly session: Session;
  /** The fields of INFO that are kept; empty if the user has no permission for INFO. */
  readonly info: ServerInfo;
}

/** Everything that core needs from a Redis client with one connection. */
export interface Driver {
  readonly status: DriverStatus;
  /** The options that the application passed, which may be changed; a change applies from the next connection on. */
  readonly options: Readonly<Record<string, unknown>>;
  on<Event extends DriverEvent>(event: Event, listener: (() => void) | Listener<DriverNews<Event>>): void;

  /** Sends a command as the client itself would (the slow path). */
  send(command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown;
  /**
   * Whether the client's own function is wrapped, most likely by a tracer, so that every command must go through the
   * wrapper.
   */
  readonly isWrapped?: boolean;
  /**
   * Whether `writePlain` can be used. False if every command has to be passed to `send`, for example because of a
   * tracer.
   */
  readonly hasFastPath: boolean;
  /**
   * Writes a plain command directly to the socket of a ready connection (the fast path). A plain command neither blocks
   * nor subscribes, and does not change the state of its connection.
   */
  writePlain(command: DriverCommand, sink: CommandSink): void;
  /**
   * If some commands of a batch are written with `writePlain` and the others are passed to `send`, returns the stream to
   * pass along with the others. Undefined if all commands of the batch have to be passed to `send`.
   */
  batchStream(): PipelineStream | undefined;
  /**
   * Sends one of this library's own commands, which bypasses the `gate` of {@link takeOver}. Settles with the server's
   * reply.
   */
  ask(name: string, args: readonly string[]): Promise<unknown>;
  /**
   * Sends PING through the `gate` of {@link takeOver}, like a command of the application. The server's reply repeats
   * `text`.
   */
  ping(text?: string): Promise<unknown>;
  /** Returns whether the command belongs to the client's own handshake, if one is in progress. */
  isHandshake(command: DriverCommand): boolean;
  /** Returns the number of commands that have been written and not yet answered. */
  unansweredCount(): number;
  oldestUnanswered(): DriverCommand | undefined;
  /** Returns the commands that have been written and not yet answered. */
  unanswered(): readonly DriverCommand[];
  /** Which types of reply the client's parser reads, and whether it follows the addresses in redirections. */
  readonly parser: ParserTraits;
  /** Returns what may arrive in addition to one reply per unanswered command. */
  besidesReplies(): BesidesReplies;

  /**
   * Settles the oldest unanswered command, as the client itself would, with the reply that the chunk contains from
   * `start` to `end`. The reply must be a bulk string, a status, a number or a null. Returns false and does nothing if
   * the client itself must parse the reply.
   */
  answerPlain(chunk: Buffer, start: number, end: number): boolean;

  /** The socket in use, which may be one that the client created before it was protected. */
  readonly socket: Socket | undefined;
  /**
   * Makes the client treat its socket as closed, but keeps reading the replies to commands that must not run twice.
   * Returns false, without any effect, if all commands in flight may run twice, or if it is no longer safe to read the
   * socket. `own` contains the `close` listeners that code other than the client has added to the socket; they are
   * called only when the socket really closes. `onLeft` is called before the client's listeners.
   */
  leaveBehind(socket: Socket, own: readonly unknown[], onLeft: () => void): boolean;
  /**
   * Routes every command through `gate`, makes the client get its sockets from `connector`, and disables everything in
   * the client that would itself retry, queue, resend or time out.
   */
  takeOver(gate: SendCommand, connector: DriverConnector): void;
  /**
   * Returns the commands that were sent before {@link takeOver}. Commands whose connection has broken are returned by
   * the first call only.
   */
  sentBefore(): SentBefore;
  /**
   * Abandons the connection attempt that the client began before it was protected. After this call, the client asks the
   * connector for a socket, and the commands that it has queued go through `gate`, as described for {@link takeOver}.
   */
  beginAgain(): void;
  /** Resolves when the socket that {@link beginAgain} abandoned is closed. */
  givenUp(): Promise<void>;
  /**
   * Makes a client that reconnects by itself ask for its next socket immediately. Not for the nodes of a Cluster, which
   * do not reconnect by themselves.
   */
  takeOverRetries(): void;
  /**
   * Makes the client's `connect()` reject at the first failure that `source` reports, so that its caller need not wait
   * until the client connects.
   */
  answerConnectBy(source: FirstFailure): void;

  /** The number of the database that was selected last, which must be selected on every connection. */
  readonly database: number;
  /**
   * Replaces the options that determine where the client connects: endpoint, TLS, login, names, Sentinels. The next
   * connection, even if it is already being made, selects `database`.
   */
  leadTo(options: Readonly<Record<string, unknown>>, database: number): void;
  /** Selects `database`, calls `send`, and selects the previous database again. */
  onDatabase(database: number, send: () => void): void;
  /** Makes the next handshake select {@link database}. */
  keepDatabase(): void;
  /** Call when the server refuses {@link database}: restores the database that the server accepted before, if any. */
  refuseDatabase(): void;
  /** Makes the next handshake, even if it has already begun, use these credentials. */
  setCredentials(credentials: Credentials): void;
  /** Sends AUTH through the `gate` of {@link takeOver}, like a command of the application. */
  authenticate(credentials: Credentials): Promise<void>;
  /**
   * Returns whether the client opens, or has opened, its connection with HELLO 3; false if the client has never begun
   * to connect.
   */
  speaksResp3(): boolean;
  /** Makes the next handshake use RESP2, for a peer that refuses HELLO. */
  speakResp2(): void;
  /**
   * Call with the verified state of the client's next socket. As far as possible, the commands of the client's own
   * handshake are answered from this state and not sent to the server. Undefined when that handshake is over.
   */
  proven(state: ProvenState | undefined): void;

  /** Returns the subscriptions of the connection or, if it was lost, those that it had. */
  subscriptions(): Subscriptions;
  /**
   * Makes the driver read, with `read`, the confirmation of a command that ends subscriptions. `name` is the name of
   * that command in lower case.
   */
  readUnsubscribed(name: string, read: () => void): void;
  /** Tells `listener` of each command that ends subscriptions when it is sent. There can be only one listener. */
  onUnsubscribe(listener: Listener<Unsubscribed>): void;

  /** Connects a client that has never begun to connect. */
  wake(): void;
  disconnect(): void;
  /** Whether the application has closed the client, so that it will not reconnect by itself. */
  readonly isClosing: boolean;
  /** Makes it possible to reconnect a client that was closed while it was connecting. */
  forgetClosing(): void;
}
