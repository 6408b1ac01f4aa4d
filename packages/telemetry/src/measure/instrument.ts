import type { Point } from './counts.ts';
import type { DurationFigures } from './durations.ts';
import type { Sources } from './sources.ts';

/** A gauge or a counter, and how to read its values. The values are read only when metrics are scraped or collected. */
export interface Instrument {
  /** The name in Prometheus. As usual in Prometheus, the name ends with the unit, or with `_total` for a counter. */
  readonly name: string;
  readonly kind: 'gauge' | 'counter';
  /** A description in one sentence, which Prometheus and OpenTelemetry show. */
  readonly help: string;
  /**
   * The name and the attribute names in OpenTelemetry's semantic conventions. Undefined if the conventions do not
   * define the instrument.
   */
  readonly openTelemetry?: {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
  };
  /** The unit for OpenTelemetry, as a UCUM code such as `1`, `s` or `By`. */
  readonly unit: string;
  readonly labels: readonly string[];
  /** How prom-client merges the values of several workers of `node:cluster`. Default `sum`. */
  readonly merge?: 'sum' | 'min' | 'max';
  read(sources: Sources): Iterable<Point>;
}

/** A histogram of durations, and how to read its counts. */
export interface DurationInstrument {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly bounds: readonly number[];
  read(sources: Sources): Iterable<Distribution>;
}

/** The counts of one histogram for one combination of labels. */
export interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly durations: DurationFigures;
}
