import type { Closeable, Contestant } from './contestant.js';
import type { Figures } from './figure.js';
import type { Peer } from './peers/peer.js';
import type { Stage } from './stage.js';
import type { Timeline } from './timeline.js';

/** What a run found. */
export interface Findings {
  readonly figures: Figures;
  /** Only present in the row for which the outage is drawn. */
  readonly timeline?: Timeline;
}

/** One row of the fault table: about clients, or about stacks. */
export interface Row<S extends Closeable = Peer> {
  readonly name: string;
  readonly title: string;
  /** What is done to Redis, and what callers do meanwhile. */
  readonly what: string;
  /** How much of the machine a run takes: rows of weight 1 run side by side. */
  readonly weight: 1 | 2 | 4;
  /** A run that takes longer is ended by force. */
  readonly timeoutMs: number;
  /** Runs that take long are repeated less often. */
  readonly maxRepetitions?: number;
  /** Whether `--quick` skips the row. */
  readonly isLong?: boolean;
  /** Names of the clients to which the row applies. @default all */
  readonly only?: readonly string[];
  /** Stacks of libraries that the row compares instead of clients. */
  readonly stacks?: readonly Contestant<S>[];
  run(stage: Stage<S>): Promise<Findings>;
}

/** A row, whatever type of client or stack it compares. */
export type AnyRow = Row<Closeable>;
