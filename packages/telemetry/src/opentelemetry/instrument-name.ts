/**
 * Returns the OpenTelemetry name of a metric: with a namespace, and without the unit, which is a separate field in
 * OpenTelemetry. Exporters to Prometheus append the unit again.
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
