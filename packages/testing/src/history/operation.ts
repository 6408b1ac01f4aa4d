import type { Reply } from './reply.ts';

/** A command and its arguments, as it is sent. */
export interface Command {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * What is known of an operation that failed. `not-applied`: it never ran. `refused`: the server answered with an error,
 * and nothing changed. `unknown`: it may have run, may still run at any later time, or never.
 */
export type Outcome = 'not-applied' | 'refused' | 'unknown';

/** How an operation ended. `pending`: it did not; nobody knows whether it ran. */
export type OperationResult =
  | { readonly kind: 'answered'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly outcome: Outcome; readonly message?: string }
  | { readonly kind: 'pending' };

/** One operation of a history: who did what, when, and how it ended. Plain data, which survives JSON. */
export interface Operation {
  /** Who issued it: a process, a connection, a request. Operations of one process may overlap. */
  readonly process: string;
  /** One command, or those of a MULTI in their order. */
  readonly commands: readonly Command[];
  /** Whether the commands are a MULTI, whose reply is the list of theirs. */
  readonly isTransaction: boolean;
  /** The database that served it, where there are several. */
  readonly database?: string;
  /** Milliseconds on the clock of the recorder. */
  readonly invokedAt: number;
  /** Milliseconds on the clock of the recorder; undefined while it is pending. */
  readonly returnedAt?: number;
  readonly result: OperationResult;
}
