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

/** Whether a fault needs two databases: it breaks the first database, while the second one keeps running. */
export function isOfDatabases(fault: FaultName): boolean {
  return fault === 'failover-second' || fault === 'flapping-first';
}
