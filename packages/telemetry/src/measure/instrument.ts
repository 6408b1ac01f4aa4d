import type { Point } from './counts.ts';
import type { DurationFigures } from './durations.ts';
import type { Sources } from './sources.ts';

/** A number that goes up and down, or only up, and how to read it. Nothing is computed but at a scrape. */
export interface Instrument {
  /** In Prometheus' style: base unit and `_total` at the end. */
  readonly name: string;
  readonly kind: 'gauge' | 'counter';
  /** One sentence. */
  readonly help: string;
  /** In UCUM's style, for OpenTelemetry. */
  readonly unit: string;
  readonly labels: readonly string[];
  /** How the values of several processes become one, where they are merged. Default `sum`. */
  readonly merge?: 'sum' | 'min' | 'max';
  read(sources: Sources): Iterable<Point>;
}

/** A distribution of durations, in seconds. */
export interface DurationInstrument {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly bounds: readonly number[];
  read(sources: Sources): Iterable<Distribution>;
}

export interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly durations: DurationFigures;
}
