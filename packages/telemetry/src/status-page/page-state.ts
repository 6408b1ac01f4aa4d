/**
 * What the server sends to the page, every second and after each change. All times are in milliseconds since the epoch.
 */
export interface PageState {
  /** The server's current time. */
  readonly now: number;
  readonly connections: readonly ConnectionPicture[];
}

/** The first message that the server sends to a page. */
export interface Greeting {
  /** The token that the page must send with each action; null if the page may not act. */
  readonly token: string | null;
}

export type StatusWord = 'up' | 'degraded' | 'down';

/** Everything that the page shows about one connection. */
export interface ConnectionPicture {
  readonly name: string;
  readonly status: StatusWord;
  readonly since: number;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly cause: { readonly code: string; readonly message: string } | null;
  readonly connection: string;
  readonly circuit: { readonly read: string; readonly write: string };
  /** When the next connection attempt or trial call is due. Null while Redis is up, or if that time is not known. */
  readonly retryAt: number | null;
  readonly attempts: readonly AttemptPicture[];
  readonly attemptCount: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly connections: number;
  readonly readyConnections: number;
  /** Whether the connection was taken out of use with the button on this page. */
  readonly isolatedHere: boolean;
  readonly timeline: readonly Interval[];
  readonly outages: readonly OutagePicture[];
  readonly rates: readonly Rate[];
  readonly commands: readonly CommandPicture[];
  /** The databases of this connection; empty if there is only one. */
  readonly databases: readonly DatabasePicture[];
  /** The last changes of the database in use, newest first. */
  readonly databaseChanges: readonly DatabaseChangePicture[];
  readonly pool: PoolPicture;
  readonly server: ServerPicture;
}

/** Facts about the Redis server. A fact that is not known is null. */
export interface ServerPicture {
  /** Product and version, such as `Redis 7.4.1`. */
  readonly version: string | null;
  readonly role: 'primary' | 'replica' | null;
}

/** One of several databases. */
export interface DatabasePicture {
  readonly name: string;
  readonly weight: number;
  readonly readOnly: boolean;
  readonly inUse: boolean;
  readonly preferred: boolean;
  readonly health: 'up' | 'down' | 'unknown';
  readonly cause: string | null;
  readonly role: 'primary' | 'replica' | null;
  readonly lagMs: number | null;
  /** When the database last came into or went out of use. */
  readonly lastChange: number | null;
}

/** A change of the database in use. */
export interface DatabaseChangePicture {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly durationMs: number;
}

/** The pool of connections for leases. */
export interface PoolPicture {
  readonly max: number;
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  /** How long the oldest lease has lasted; null if no connection is leased. */
  readonly oldestLeaseMs: number | null;
}

/** A connection attempt that has ended. */
export interface AttemptPicture {
  readonly at: number;
  readonly durationMs: number;
  /** Why the attempt failed; null if it succeeded. */
  readonly cause: string | null;
}

/** A period during which the status did not change. `to` is null for the period that is still going on. */
export interface Interval {
  readonly from: number;
  readonly to: number | null;
  readonly status: StatusWord;
  /** The cause that lasted longest; null if the status is `up`, or if no cause is known. */
  readonly cause: string | null;
  /** All causes except `cause` that lasted at least half a second. */
  readonly also: readonly string[];
}

/** A period during which the status was not `up`. `to` is null while the outage is still going on. */
export interface OutagePicture {
  readonly from: number;
  readonly to: number | null;
  readonly worst: StatusWord;
  readonly cause: string;
  readonly message: string;
  /** The messages of all causes except `cause`. */
  readonly also: readonly string[];
}

/** How many commands ran in one second, and how long they took. */
export interface Rate {
  readonly at: number;
  readonly perSecond: number;
  readonly failedPerSecond: number;
  /** The 95th percentile of the durations of commands in this second; null if no command was sent. */
  readonly p95Ms: number | null;
}

/** A slow or failed command. The page gets the name of the command and some numbers, but never keys or values. */
export interface CommandPicture {
  readonly at: number;
  readonly command: string;
  /** Number of commands in a pipeline or MULTI; 1 for a single command. */
  readonly commands: number;
  readonly keys: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** How many commands were in flight or waiting when this one was recorded. */
  readonly queue: number;
  /** The code of the command's error; null for a slow command that succeeded. */
  readonly failure: string | null;
}
