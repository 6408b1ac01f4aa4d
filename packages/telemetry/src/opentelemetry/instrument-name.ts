/**
 * The name of an instrument in OpenTelemetry's style: a namespace, and no unit at the end, which is a field of its own
 * there. Exporters to Prometheus put it back.
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
