import { ConfigurationError } from '@redis-resilience/core';
import { checkOptions, type OptionReaders } from '@redis-resilience/core/kit';
import { Counter, Gauge, register, Registry, type RegistryContentType } from 'prom-client';
import { durationInstruments, instruments } from '../measure/instruments.ts';
import type { Instrument } from '../measure/instrument.ts';
import { Sources } from '../measure/sources.ts';
import {
  fallbackReaders,
  resiliencesToMeasure,
  type FallbackOptions,
  type Measured,
} from '../measure/source-readers.ts';
import { DurationHistogram } from './duration-histogram.ts';

/** A registry of prom-client, for either of its text formats: Prometheus or OpenMetrics. */
export type AnyRegistry = Registry<RegistryContentType>;

/** Options of {@link registerMetrics}. */
export interface MetricsOptions extends FallbackOptions {
  /** The registry to add the metrics to. Default: prom-client's global registry. */
  readonly registry?: AnyRegistry;
}

/**
 * The names of all metrics. In a scrape, the names of a histogram's series also end with `_bucket`, `_sum` or `_count`.
 */
export const metricNames: readonly string[] = [...instruments, ...durationInstruments].map(
  ({ name }) => name,
);

/**
 * Adds the metrics of one or more connections to a prom-client registry. If this function throws, it has added no
 * metrics. A scrape reads the metrics from memory and never waits for Redis. The number of series is bounded, because
 * label values are only words from fixed sets and the names that you gave to connections, databases, caches and
 * outboxes. Labels never contain keys, commands or hosts.
 *
 * The returned function removes the metrics from the registry and stops counting.
 *
 * @throws {@link ConfigurationError} for an unknown option, two connections with the same name, a registry of another
 * copy of prom-client, or a registry that already contains one of these metrics
 *
 * @example
 * const unregister = registerMetrics([cache, sessions], { registry });
 * app.get('/metrics', async (_req, res) => res.type(registry.contentType).send(await registry.metrics()));
 */
export function registerMetrics(measured: Measured, options: MetricsOptions = {}): () => void {
  const {
    registry = register,
    caches = {},
    outboxes = {},
  } = checkOptions('registerMetrics', options, readers);
  const resiliences = resiliencesToMeasure('registerMetrics', measured);
  checkIsFree(registry);
  const sources = new Sources({ resiliences, caches, outboxes });
  const unregister = (): void => {
    sources.close();
    for (const name of metricNames) registry.removeSingleMetric(name);
  };
  try {
    for (const instrument of instruments) addInstrument(instrument, sources, registry);
    for (const instrument of durationInstruments) {
      registry.registerMetric(new DurationHistogram(instrument, sources));
    }
  } catch (error) {
    unregister();
    throw error;
  }
  return unregister;
}

const readers: OptionReaders<MetricsOptions> = {
  ...fallbackReaders,
  registry: (value) => {
    if (value instanceof Registry) return;
    const looksRight = typeof (value as Partial<Registry> | null)?.registerMetric === 'function';
    throw new ConfigurationError(
      looksRight
        ? 'The option registerMetrics.registry belongs to a second copy of prom-client, not to the one that this ' +
            'package imports. Install one version of it only: `npm ls prom-client` lists them.'
        : 'The option registerMetrics.registry must be a Registry of prom-client.',
    );
  },
};

function checkIsFree(registry: AnyRegistry): void {
  const taken = metricNames.find((name) => registry.getSingleMetric(name) !== undefined);
  if (taken === undefined) return;
  throw new ConfigurationError(
    `The registry already has a metric ${taken}. Register all connections in one call, registerMetrics([a, b]), or ` +
      'call the function that the first registerMetrics returned before the second call.',
  );
}

function addInstrument(instrument: Instrument, sources: Sources, registry: AnyRegistry): void {
  const { name, help, kind, labels, merge = 'sum' } = instrument;
  const shared = { name, help, labelNames: [...labels], registers: [registry], aggregator: merge };
  if (kind === 'gauge') {
    const gauge: Gauge = new Gauge({
      ...shared,
      collect() {
        gauge.reset();
        for (const point of instrument.read(sources)) gauge.set(point.labels, point.value);
      },
    });
    return;
  }
  const counter: Counter = new Counter({
    ...shared,
    collect() {
      counter.reset();
      for (const point of instrument.read(sources)) counter.inc(point.labels, point.value);
    },
  });
}
