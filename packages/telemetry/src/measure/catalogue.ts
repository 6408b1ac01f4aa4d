import { connectionCounters, connectionDurations } from './connection-counters.ts';
import { connectionGauges } from './connection-gauges.ts';
import { fallbackInstruments } from './fallback-instruments.ts';
import type { DurationInstrument, Instrument } from './instrument.ts';

/** Every gauge and counter there is, once, for Prometheus and OpenTelemetry alike. */
export const instruments: readonly Instrument[] = [
  ...connectionGauges,
  ...connectionCounters,
  ...fallbackInstruments,
];

/** Every histogram there is. */
export const durationInstruments: readonly DurationInstrument[] = connectionDurations;
