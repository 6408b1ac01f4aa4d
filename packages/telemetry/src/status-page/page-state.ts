/** What the server tells the page, each second and at each change. Times are milliseconds since the epoch, of the server. */
export interface PageState {
  readonly now: number;
  readonly connections: readonly ConnectionPicture[];
}

/** What the server tells one page when its stream begins. */
export interface Greeting {
  /** Allows actions; null: the page is read-only. */
  readonly token: string | null;
}

export type StatusWord = 'up' | 'degraded' | 'down';

export interface ConnectionPicture {
  readonly name: string;
  readonly status: StatusWord;
  readonly since: number;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly cause: { readonly code: string; readonly message: string } | null;
  readonly connection: string;
  readonly circuit: { readonly read: string; readonly write: string };
  /** When the next connection attempt or trial call is due; null while up, or when nothing is planned. */
  readonly retryAt: number | null;
  readonly attempts: readonly AttemptPicture[];
  readonly attemptCount: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly connections: number;
  readonly readyConnections: number;
  /** Whether this page took the connection out of use. */
  readonly isolatedHere: boolean;
  readonly timeline: readonly Interval[];
  readonly outages: readonly OutagePicture[];
  readonly rates: readonly Rate[];
  readonly commands: readonly CommandPicture[];
}

export interface AttemptPicture {
  readonly at: number;
  readonly durationMs: number;
  /** null: it succeeded. */
  readonly cause: string | null;
}

/** A stretch of time with one status; `to` is null for the present one. */
export interface Interval {
  readonly from: number;
  readonly to: number | null;
  readonly status: StatusWord;
  /** The one that held longest. */
  readonly cause: string | null;
  /** Others that held for a while. */
  readonly also: readonly string[];
}

export interface OutagePicture {
  readonly from: number;
  readonly to: number | null;
  readonly worst: StatusWord;
  readonly cause: string;
  readonly message: string;
  /** Messages of the other causes it had. */
  readonly also: readonly string[];
}

/** One second of commands. */
export interface Rate {
  readonly at: number;
  readonly perSecond: number;
  readonly failedPerSecond: number;
  /** 95 of 100 commands took no longer than this; null when none was sent. */
  readonly p95Ms: number | null;
}

/** A slow or failed command: counts only, never keys or values. */
export interface CommandPicture {
  readonly at: number;
  readonly command: string;
  /** More than 1: of a pipeline or MULTI. */
  readonly commands: number;
  readonly keys: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly queue: number;
  readonly failure: string | null;
}
