import { Histogram } from 'prom-client';
import type { Distribution, DurationInstrument } from '../measure/instrument.ts';
import type { Sources } from '../measure/sources.ts';

type Exported = Awaited<ReturnType<Histogram['get']>>;

/**
 * A prom-client histogram that reads its buckets from an instrument when metrics are scraped. The method `observe` of
 * prom-client is not used, because one call costs more than a Redis command.
 */
export class DurationHistogram extends Histogram {
  readonly #instrument: DurationInstrument;
  readonly #sources: Sources;

  constructor(instrument: DurationInstrument, sources: Sources) {
    const { name, help, labels, bounds } = instrument;
    super({ name, help, labelNames: [...labels], buckets: [...bounds], registers: [] });
    this.#instrument = instrument;
    this.#sources = sources;
  }

  override get(): Promise<Exported> {
    const { name, help } = this.#instrument;
    const values = [...this.#instrument.read(this.#sources)].flatMap((one) => samplesOf(name, one));
    return Promise.resolve({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values,
    } as unknown as Exported);
  }

  /** prom-client calls this method instead of `get` to render metrics as text. */
  getForPromString(): Promise<Exported> {
    return this.get();
  }
}

function samplesOf(name: string, { labels, durations }: Distribution): object[] {
  let cumulative = 0;
  const buckets = durations.bounds.map((le, index) => {
    cumulative += durations.counts[index] as number;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: cumulative };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: durations.count },
    { metricName: `${name}_sum`, labels, value: durations.sumSeconds },
    { metricName: `${name}_count`, labels, value: durations.count },
  ];
}
