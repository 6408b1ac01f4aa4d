import { ConfigurationError } from '@redis-resilience/core';
import { checkOptions, type OptionReaders } from '@redis-resilience/core/kit';
import { Counter, Gauge, register, Registry, type RegistryContentType } from 'prom-client';
import { durationInstruments, instruments } from '../measure/catalogue.ts';
import type { Instrument } from '../measure/instrument.ts';
import { Sources } from '../measure/sources.ts';
import {
  fallbackReaders,
  resiliencesToMeasure,
  type FallbackOptions,
  type Measured,
} from '../measure/source-readers.ts';
import { DurationHistogram } from './duration-histogram.ts';

/** For Prometheus' own format or OpenMetrics, of one process or of a cluster. */
export type AnyRegistry = Registry<RegistryContentType>;

/** Options of {@link registerMetrics}. */
export interface MetricsOptions extends FallbackOptions {
  /** Where the metrics go. Default: prom-client's own global registry. */
  readonly registry?: AnyRegistry;
}

/** The names of all metrics, as a scrape shows them. */
export const metricNames: readonly string[] = [...instruments, ...durationInstruments].map(
  ({ name }) => name,
);

/**
 * Puts the metrics of one or more connections into a registry of prom-client, all of them or, when something is wrong,
 * none. Everything is read when a scrape asks, from memory: also in an outage, within a millisecond or two. The number of
 * series is bounded: labels are names of connections and words of closed sets, never keys, commands or hosts.
 *
 * The returned function takes the metrics out again, and stops counting.
 *
 * @throws {@link ConfigurationError} for an unknown option, two connections of one name, a registry of another copy of
 * prom-client, or one that holds these metrics already
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
        ? 'The option registerMetrics.registry belongs to another copy of prom-client than the one this package ' +
            'imports. Have one version of it in the application: `npm ls prom-client` shows them.'
        : 'The option registerMetrics.registry must be a Registry of prom-client.',
    );
  },
};

function checkIsFree(registry: AnyRegistry): void {
  const taken = metricNames.find((name) => registry.getSingleMetric(name) !== undefined);
  if (taken === undefined) return;
  throw new ConfigurationError(
    `The registry has a metric ${taken} already. Register all connections in one call, registerMetrics([a, b]), or ` +
      'call what the first registerMetrics returned before the second.',
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
