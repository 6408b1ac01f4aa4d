import type { Target } from './peers/peer.js';

/** Something that a row of the fault table creates, and closes at its end. */
export interface Closeable {
  close(): Promise<void>;
}

/**
 * A client, or a stack of a library on a client, that a row compares with others; tables show its `label`.
 */
export interface Contestant<S extends Closeable = Closeable> {
  readonly name: string;
  readonly label: string;
  /** How the client or stack is configured, in one line for the reader of a table. */
  readonly setup: string;
  /** The npm packages that make up the client or stack; reports list their versions. */
  readonly packages: readonly string[];
  create(target: Target): S;
}
