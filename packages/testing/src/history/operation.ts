import type { Reply } from './reply.ts';

/** A command and its arguments, as sent. */
export interface Command {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * The known outcome of a failed operation. `not-applied`: the operation never ran. `refused`: the server replied with
 * an error, and nothing changed. `unknown`: the operation may have run, may still run at any later time, or may never
 * run.
 */
export type Outcome = 'not-applied' | 'refused' | 'unknown';

/**
 * How an operation ended. `answered`: the operation got a reply. `failed`: the operation failed with an error.
 * `pending`: the operation has not ended, and may or may not have run.
 */
export type OperationResult =
  | { readonly kind: 'answered'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly outcome: Outcome; readonly message?: string }
  | { readonly kind: 'pending' };

/**
 * One operation of a history: who issued it, what it did, when, and how it ended. Plain data, which can be sent as
 * JSON.
 */
export interface Operation {
  /**
   * Who issued the operation, for example a process, a connection or a request. Operations with the same `process` may
   * overlap.
   */
  readonly process: string;
  /** One command, or the commands of a MULTI in order. */
  readonly commands: readonly Command[];
  /** Whether the commands form a MULTI. The reply to a MULTI is the array of its commands' replies. */
  readonly isTransaction: boolean;
  /** The database that served the operation, if there are several. */
  readonly database?: string;
  /** Milliseconds on the recorder's clock. */
  readonly invokedAt: number;
  /** Milliseconds on the recorder's clock; undefined while the operation is pending. */
  readonly returnedAt?: number;
  readonly result: OperationResult;
}
