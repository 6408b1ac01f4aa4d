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
] as const;

export type FaultName = (typeof faultNames)[number];
