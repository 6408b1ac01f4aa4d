import { ConfigurationError } from '@redis-resilience/core';
import { checkOptions, type OptionReaders } from '@redis-resilience/core/kit';
import { metrics, type Meter, type MeterProvider, type Observable } from '@opentelemetry/api';
import { durationInstruments, instruments } from '../measure/instruments.ts';
import { Durations } from '../measure/durations.ts';
import type { DurationInstrument, Instrument } from '../measure/instrument.ts';
import { Sources } from '../measure/sources.ts';
import {
  fallbackReaders,
  resiliencesToMeasure,
  type FallbackOptions,
  type Measured,
} from '../measure/source-readers.ts';
import { instrumentName } from './instrument-name.ts';

/** Options of {@link registerInstruments}. */
export interface InstrumentsOptions extends FallbackOptions {
  /** The provider of the meter. Default: the global meter provider at the time of the call. */
  readonly meterProvider?: MeterProvider;
}

/**
 * Creates OpenTelemetry instruments for one or more connections. Instruments of the pool have names of the
 * form `db.client.connection.*`, all others `redis_resilience.*`. Gauges and counters are read when the SDK
 * collects metrics. The durations of operations and outages are recorded as each of them ends.
 *
 * The durations and waiting times of single commands and leases are left out, because recording one would
 * cost more than the command itself. To measure single commands and leases, use the spans of
 * `@opentelemetry/instrumentation-ioredis`, or Prometheus.
 *
 * The returned function removes the instruments.
 *
 * @throws {@link ConfigurationError} for an unknown option, two connections with the same name, or a second
 * registration with the same meter provider
 *
 * @example
 * const stop = registerInstruments([cache, sessions]);
 */
export function registerInstruments(measured: Measured, options: InstrumentsOptions = {}): () => void {
  const {
    meterProvider = metrics.getMeterProvider(),
    caches = {},
    outboxes = {},
  } = checkOptions('registerInstruments', options, readers);
  const resiliences = resiliencesToMeasure('registerInstruments', measured);
  if (registered.has(meterProvider)) {
    throw new ConfigurationError(
      'This meter provider already has the instruments. Register all connections in one call, ' +
        'registerInstruments([a, b]), or call the function that the first registerInstruments returned before the ' +
        'second call.',
    );
  }
  const sources = new Sources({ resiliences, caches, outboxes });
  const meter = meterProvider.getMeter('@redis-resilience/telemetry');
  const stopObserving = instruments.map((instrument) => observe(instrument, sources, meter));
  for (const instrument of durationInstruments.filter(isRecorded)) record(instrument, sources, meter);
  registered.add(meterProvider);
  return () => {
    for (const stop of stopObserving) stop();
    sources.close();
    registered.delete(meterProvider);
  };
}

// The meter providers that already have the instruments.
const registered = new WeakSet<MeterProvider>();

const readers: OptionReaders<InstrumentsOptions> = {
  ...fallbackReaders,
  meterProvider: (value) => {
    if (typeof (value as Partial<MeterProvider> | null)?.getMeter === 'function') return;
    throw new ConfigurationError('The option registerInstruments.meterProvider must be a MeterProvider.');
  },
};

function observe(instrument: Instrument, sources: Sources, meter: Meter): () => void {
  const { help: description, unit } = instrument;
  const name = instrument.openTelemetry?.name ?? instrumentName(instrument.name);
  const observable: Observable =
    instrument.kind === 'gauge'
      ? meter.createObservableGauge(name, { description, unit })
      : meter.createObservableCounter(name, { description, unit });
  const report: Parameters<Observable['addCallback']>[0] = (result) => {
    for (const { labels, value } of instrument.read(sources)) {
      result.observe(value, attributesOf(labels, instrument.openTelemetry?.attributes));
    }
  };
  observable.addCallback(report);
  return () => observable.removeCallback(report);
}

// Whether the durations of a histogram are recorded. The durations of single commands and leases are not
// recorded, because recording one costs more than a Redis command does.
function isRecorded({ name }: DurationInstrument): boolean {
  return !/_(command|wait|create|use)_duration_seconds$/.test(name);
}

function record(instrument: DurationInstrument, sources: Sources, meter: Meter): void {
  const histogram = meter.createHistogram(instrumentName(instrument.name), {
    description: instrument.help,
    unit: 's',
    advice: { explicitBucketBoundaries: [...instrument.bounds] },
  });
  for (const { labels, durations } of instrument.read(sources)) {
    const attributes = attributesOf(labels);
    if (durations instanceof Durations)
      durations.onRecord = (seconds) => histogram.record(seconds, attributes);
  }
}

function attributesOf(
  labels: Readonly<Record<string, string>>,
  names: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [names[label] ?? `redis_resilience.${label}`, value]),
  );
}
