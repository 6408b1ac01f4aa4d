import { connectionCounters, connectionDurations } from './connection-counters.ts';
import { connectionGauges } from './connection-gauges.ts';
import { fallbackInstruments } from './fallback-instruments.ts';
import type { DurationInstrument, Instrument } from './instrument.ts';
import { poolDurations, poolInstruments } from './pool-instruments.ts';

/** All gauges and counters. The exporters for Prometheus and for OpenTelemetry share these instruments. */
export const instruments: readonly Instrument[] = [
  ...connectionGauges,
  ...connectionCounters,
  ...poolInstruments,
  ...fallbackInstruments,
];

/** All histograms. */
export const durationInstruments: readonly DurationInstrument[] = [...connectionDurations, ...poolDurations];
