import type { Point } from './counts.ts';
import type { DurationFigures } from './durations.ts';
import type { Sources } from './sources.ts';

/** A gauge or a counter, and how to read it. It is computed only during a scrape or a collection. */
export interface Instrument {
  /** Name in Prometheus style: ends with the base unit, or with `_total`. */
  readonly name: string;
  readonly kind: 'gauge' | 'counter';
  /** One sentence, shown by Prometheus and OpenTelemetry. */
  readonly help: string;
  /** Name and attribute names from OpenTelemetry's semantic conventions, if they define the instrument. */
  readonly openTelemetry?: {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
  };
  /** A UCUM code, for OpenTelemetry. */
  readonly unit: string;
  readonly labels: readonly string[];
  /** How prom-client merges the values of several cluster workers. Default `sum`. */
  readonly merge?: 'sum' | 'min' | 'max';
  read(sources: Sources): Iterable<Point>;
}

/** A histogram of durations, and how to read it. */
export interface DurationInstrument {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly bounds: readonly number[];
  read(sources: Sources): Iterable<Distribution>;
}

/** One histogram of an instrument, with its labels. */
export interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly durations: DurationFigures;
}
