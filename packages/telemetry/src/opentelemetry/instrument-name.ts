/**
 * Converts the Prometheus name of a metric to its OpenTelemetry name. The OpenTelemetry name has a namespace but no
 * unit, because the unit is a separate field in OpenTelemetry; exporters to Prometheus append the unit again.
 *
 * @example
 * instrumentName('redis_resilience_outage_duration_seconds'); // 'redis_resilience.outage_duration'
 */
export function instrumentName(metricName: string): string {
  return metricName
    .replace(/^redis_resilience_/, 'redis_resilience.')
    .replace(/_(total|seconds|bytes)$/, '')
    .replace(/_timestamp$/, '');
}
