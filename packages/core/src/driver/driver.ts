import type { Socket } from 'node:net';
import type { Session } from '../handshake/session.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { ParserTraits } from '../replies/frame-line.ts';
import type { BesidesReplies } from './besides-replies.ts';
import type { CommandSink } from './command-sink.ts';
import type { DriverCommand, PipelineStream, SendCommand } from './driver-command.ts';
import type { DriverConnector } from './driver-connector.ts';
import type { Subscriptions, UnsubscribeListener } from './subscriptions.ts';

/**
 * The status of a client, in its own view. `idle`: it was never told to connect. `parked`: it waits between two
 * attempts. `handshake`: it has a socket, and only its own first commands pass.
 */
export type DriverStatus =
  'idle' | 'connecting' | 'handshake' | 'ready' | 'monitoring' | 'closed' | 'parked' | 'ended';

/** Events of the connection of a client, in their order. */
export type DriverEvent = 'connecting' | 'connect' | 'ready' | 'end';

/** What a verified socket has proven of its connection. */
export interface ProvenState {
  /** The login it was given; undefined when there was none. */
  readonly credentials: Credentials | undefined;
  readonly isResp3: boolean;
  readonly session: Session;
}

/** All that core needs of a Redis client with one connection. */
export interface Driver {
  readonly status: DriverStatus;
  /** The options that its user gave. Live: a change applies from the next connection on. */
  readonly options: Readonly<Record<string, unknown>>;
  on(event: DriverEvent, listener: () => void): void;

  /** Sends a command as the client itself would: the slow path. */
  readonly send: SendCommand;
  /** Gives a plain command straight to the socket of a ready connection; undefined where only `send` is safe. */
  fastPath(): ((command: DriverCommand, sink: CommandSink) => void) | undefined;
  /**
   * What to pass along with the commands of a batch that take the slow path while others of it take the fast one.
   * Undefined where all of a batch has to take the slow path.
   */
  batchStream(): PipelineStream | undefined;
  /** Sends a command of our own past the gate; settles as the server answers. */
  ask(name: string, args: readonly string[]): Promise<unknown>;
  /** Sends PING through the gate, like a command of the user; with a text, which the server returns in its answer. */
  ping(text?: string): Promise<unknown>;
  /** Whether the command belongs to the client's own handshake, which is going on. */
  isHandshake(command: DriverCommand): boolean;
  /** Commands that were written and are not answered. */
  unansweredCount(): number;
  oldestUnanswered(): DriverCommand | undefined;
  /** What its parser of replies reads, and what it acts on. */
  readonly parser: ParserTraits;
  /** What may come besides one reply for each unanswered command. */
  besidesReplies(): BesidesReplies;

  /**
   * Answers the oldest unanswered command with a reply that lies whole in a chunk and is a bulk string, a status or a
   * number, as the client itself would. False, and nothing happens, where the client has to read it.
   */
  answerPlain(chunk: Buffer, start: number, end: number): boolean;

  /** The socket in use; also one that the client made before it was protected. */
  readonly socket: Socket | undefined;
  /**
   * Goes on as if its socket had closed, and reads that on for commands that must not run twice. False, and nothing
   * happens, where there are none. `own`: the listeners for `close` that are not the client's; `onLeft` is called before
   * the client's.
   */
  leaveBehind(socket: Socket, own: ReadonlySet<unknown>, onLeft: () => void): boolean;
  /**
   * Puts `gate` before every command and `connector` beneath the connection, and switches off everything in the client
   * that would retry, queue, resend or time out beside us.
   */
  takeOver(gate: SendCommand, connector: DriverConnector): void;
  /**
   * Gives up the attempt that the client began before it was protected. The client asks the connector for a socket, and
   * the commands that it has queued pass the gate.
   */
  beginAgain(): void;
  /** Resolves when the socket that {@link beginAgain} gave up is closed. */
  givenUp(): Promise<void>;
  /** Makes a client that reconnects by itself ask for its next socket at once. Not for the nodes of a cluster. */
  takeOverRetries(): void;
  /** Makes `connect()` reject when `firstFailure` does, so that its caller does not wait until the client connects. */
  answerConnectBy(firstFailure: () => Promise<never>): void;

  /** The database that was selected last. Every connection must have it selected. */
  readonly database: number;
  /**
   * Makes these its options for where it connects to: endpoint, TLS, login, names, sentinels. The next connection, also
   * one that is being made, has `database` selected.
   */
  leadTo(options: Readonly<Record<string, unknown>>, database: number): void;
  /** Makes the next handshake select {@link database}. */
  keepDatabase(): void;
  /** To be called when the server refuses {@link database}: restores the one that it accepted before, if any. */
  refuseDatabase(): void;
  /** Gives the next handshake, also one that has begun, these credentials. */
  setCredentials(credentials: Credentials): void;
  /** Sends AUTH through the gate, like a command of the user. */
  authenticate(credentials: Credentials): Promise<void>;
  /** Whether the client opens, or opened, its connection with HELLO 3; false while it was never told to connect. */
  speaksResp3(): boolean;
  /** Makes the coming handshake speak RESP2, for a peer that refuses HELLO. */
  speakResp2(): void;
  /** Answers the coming handshake from what its socket has proven, so far as that goes. */
  proven(state: ProvenState): void;

  /** The subscriptions of the connection or, after its loss, those that it had. */
  subscriptions(): Subscriptions;
  /** Calls `listener` for each command that ends subscriptions, when it is sent. There can be one listener. */
  onUnsubscribe(listener: UnsubscribeListener): void;

  /** Connects a client that was never told to connect. */
  wake(): void;
  disconnect(): void;
  /** Whether its user closed it, so that it will not reconnect by itself. */
  readonly isClosing: boolean;
  /** Lets a client that was closed while it dialed be connected again. */
  forgetClosing(): void;
}
