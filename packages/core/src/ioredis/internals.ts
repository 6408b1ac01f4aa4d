import type { Socket } from 'node:net';
import type { Cluster, Redis } from 'ioredis';
import type { DriverCommand, PipelineStream, SendCommand } from '../driver/driver-command.ts';
import type { DriverConnector } from '../driver/driver-connector.ts';

/** A connector of ioredis, with the socket that it made last. */
export interface OwnConnector extends DriverConnector {
  readonly stream?: Socket;
  readonly failoverDetector?: { cleanup(): void } | null;
  options?: Readonly<Record<string, unknown>>;
}

/** A connection's settings: database, credentials, protocol and subscriptions. */
export interface Condition {
  select: number;
  auth?: unknown;
  subscriber: false | { channels(kind: string): string[] };
  protocol?: number;
  replyMapping?: string;
}

/** A command in a queue, with the database that was selected when it was queued. */
interface QueuedCommand {
  readonly command: DriverCommand;
  readonly select: number;
  readonly stream?: PipelineStream;
}

/**
 * The private parts of a client that this folder uses in addition to ioredis' public API. A contract test checks that
 * each supported version of ioredis has all of these parts.
 */
export interface Internals {
  status: string;
  stream: Socket | undefined;
  condition: Condition | null;
  prevCondition?: Condition | null;
  commandQueue: {
    length: number;
    push(item: unknown): void;
    shift(): { command: DriverCommand } | undefined;
    peekFront(): { command: DriverCommand } | undefined;
    toArray(): readonly QueuedCommand[];
    clear(): void;
  };
  /** The commands that were unanswered when the last ready connection broke. */
  prevCommandQueue?: Internals['commandQueue'] | null;
  offlineQueue: {
    toArray(): readonly QueuedCommand[];
    push(item: unknown): void;
    clear(): void;
  };
  options: Record<string, unknown>;
  connector: OwnConnector;
  manuallyClosing: boolean;
  reconnectTimeout: NodeJS.Timeout | null;
  socketTimeoutTimer?: NodeJS.Timeout | undefined;
  sendCommand: SendCommand;
  duplicate: (...override: unknown[]) => Redis | Cluster;
  disconnect: (reconnect?: boolean) => void;
  connect: (callback?: unknown) => Promise<void>;
  flushQueue: (error: Error, options?: object) => void;
  setStatus: (status: string, detail?: unknown) => void;
  silentEmit: (event: string, detail?: unknown) => void;
  isCluster?: boolean;
  emit: (event: string, ...args: unknown[]) => boolean;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  once(event: string, listener: (...args: unknown[]) => void): unknown;
  prependListener(event: string, listener: (...args: unknown[]) => void): unknown;
  prependOnceListener(event: string, listener: (...args: unknown[]) => void): unknown;
}

export const internals = (client: Redis | Cluster): Internals => client as unknown as Internals;
