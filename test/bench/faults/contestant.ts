import type { Target } from './peers/peer.js';

/** What is closed when a row is over. */
export interface Closeable {
  close(): Promise<void>;
}

/** Who is compared, by the name it has in tables: a client, or a stack that is made on one. */
export interface Contestant<S extends Closeable = Closeable> {
  readonly name: string;
  readonly label: string;
  /** How it is set up, for the reader of a table. */
  readonly setup: string;
  /** The npm packages that are it. */
  readonly packages: readonly string[];
  create(target: Target): S;
}
