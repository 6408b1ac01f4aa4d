export const faultNames = [
  'restart',
  'freeze',
  'blackhole',
  'latency',
  'reset',
  'failover',
  'password-rotation',
  'max-clients',
  'full-memory',
  'failover-second',
  'flapping-first',
] as const;

export type FaultName = (typeof faultNames)[number];

/** Faults of the first of two databases: REDIS_URL names both, separated by a comma, and the second keeps running. */
export function isOfDatabases(fault: FaultName): boolean {
  return fault === 'failover-second' || fault === 'flapping-first';
}
