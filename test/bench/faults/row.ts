import type { Closeable, Contestant } from './contestant.js';
import type { Figures } from './figure.js';
import type { Peer } from './peers/peer.js';
import type { Stage } from './stage.js';
import type { Timeline } from './timeline.js';

/** The results of one run. */
export interface Findings {
  readonly figures: Figures;
  /** Only present in the row for which the outage is drawn. */
  readonly timeline?: Timeline;
}

/** One row of the fault table, which compares clients or stacks. */
export interface Row<S extends Closeable = Peer> {
  readonly name: string;
  readonly title: string;
  /** Describes the fault, and the calls that are issued meanwhile. */
  readonly what: string;
  /** The relative CPU load of a run: up to a limit, runs execute at the same time. */
  readonly weight: 1 | 2 | 4;
  /** Time limit in milliseconds; a run that exceeds it is killed. */
  readonly timeoutMs: number;
  /** Maximum number of repetitions, for rows whose runs take long. */
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
