export {
  metricNames,
  registerMetrics,
  type AnyRegistry,
  type MetricsOptions,
} from './prometheus/register-metrics.ts';
export type { FallbackOptions, Measured } from './measure/source-readers.ts';
export type { CacheNumbers, CacheSource, OutboxSource } from './measure/sources.ts';
