import type { Socket } from 'node:net';
import type { Credentials } from '../redis-resilience.ts';
import type { DriverCommand, SendCommand } from './driver-command.ts';
import type { DriverConnector } from './driver-connector.ts';
import type { Subscriptions, UnsubscribeListener } from './subscriptions.ts';

/**
 * Where a client stands by its own account. `idle`: it was never told to connect. `parked`: it waits between two
 * attempts. `handshake`: it has a socket, and only its own first commands pass.
 */
export type DriverStatus =
  'idle' | 'connecting' | 'handshake' | 'ready' | 'monitoring' | 'closed' | 'parked' | 'ended';

/** What a client tells of its connection, in the order in which it happens. */
export type DriverEvent = 'connecting' | 'connect' | 'ready' | 'end';

/** All that core asks of a Redis client with one connection. */
export interface Driver {
  readonly status: DriverStatus;
  /** The options its user gave. Live: a change counts from the next connection on. */
  readonly options: Readonly<Record<string, unknown>>;
  on(event: DriverEvent, listener: () => void): void;

  /** Sends a command as the client itself would: the slow path. */
  readonly send: SendCommand;
  /** Straight to the socket, for plain commands on a ready connection; undefined where only `send` is right. */
  fastPath(): ((command: DriverCommand, socket: Socket) => void) | undefined;
  /** Sends a command of our own past the gate; settles as the server answers. */
  ask(name: string, args: readonly string[]): Promise<unknown>;
  /** Sends PING as a command of the user's. */
  ping(): Promise<unknown>;
  /** Whether the command belongs to the client's own handshake, which is going on. */
  isHandshake(command: DriverCommand): boolean;
  /** Commands that were written and are not answered. */
  unansweredCount(): number;
  oldestUnanswered(): DriverCommand | undefined;

  /** The socket in use; also one that the client made before it was protected. */
  readonly socket: Socket | undefined;
  /**
   * Puts `gate` before every command and `connector` beneath the connection, and switches off everything in the client
   * that would retry, queue, resend or time out beside us.
   */
  takeOver(gate: SendCommand, connector: DriverConnector): void;
  /**
   * Gives up what the client began before it was protected: it asks the connector for a socket, and what it has queued
   * passes the gate.
   */
  beginAgain(): void;
  /** Resolves when the socket that {@link beginAgain} gave up is gone. */
  givenUp(): Promise<void>;
  /** Has a client that comes back by itself ask for the next socket at once; not for a cluster's node. */
  takeOverRetries(): void;
  /** A caller who awaits `connect()` is answered by `firstFailure` at the latest. */
  answerConnectBy(firstFailure: () => Promise<never>): void;

  /** The database that was selected last, and that every connection must hold. */
  readonly database: number;
  /** Has the coming handshake select {@link database}. */
  keepDatabase(): void;
  /** The server refuses {@link database}: the one that was accepted before it holds again, if there was one. */
  refuseDatabase(): void;
  /** Gives the next handshake, also one that has begun, these credentials. */
  setCredentials(credentials: Credentials): void;
  /** Sends AUTH as a command of the user's. */
  authenticate(credentials: Credentials): Promise<void>;
  /** Whether the client opens with HELLO 3. */
  speaksResp3(): boolean;
  /** Makes the coming handshake speak RESP2, for a peer that refuses HELLO. */
  speakResp2(): void;

  /** What the connection is, or was before its loss, subscribed to. */
  subscriptions(): Subscriptions;
  /** Told of each command that ends subscriptions, as it is sent. One listener. */
  onUnsubscribe(listener: UnsubscribeListener): void;

  /** Tells a client that was never told to connect to do so. */
  wake(): void;
  disconnect(): void;
  /** Whether its user closed it: it will not come back by itself. */
  readonly isClosing: boolean;
  /** A client that was closed while it dialed may be connected again. */
  forgetClosing(): void;
}
