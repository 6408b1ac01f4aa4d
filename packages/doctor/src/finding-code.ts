import type { CauseCode } from '@redis-resilience/core';

/** The doctor's own codes, for problems that none of core's cause codes describes. FINDINGS.md explains each. */
export const doctorCodes = [
  'address-mismatch',
  'app-disagrees',
  'app-unreachable',
  'client-backlog',
  'client-options',
  'clock-skew',
  'cluster-needs-cluster-client',
  'cluster-no-replica',
  'cluster-node-failed',
  'different-data',
  'dns-changed',
  'environment',
  'eviction',
  'file-descriptors',
  'fork-failing',
  'history',
  'idle-timeout',
  'info-refused',
  'latency-events',
  'log-error',
  'memory-fragmentation',
  'no-boot-unit',
  'not-permitted',
  'old-version',
  'oom-killed',
  'pool-full',
  'replica-lag',
  'replication-link',
  'resp3-unsupported',
  'restarted',
  'same-server',
  'sentinel-quorum',
  'sentinel-unknown-primary',
  'shared-blocking',
  'shared-watch',
  'slow-log',
  'standby-away',
  'tcp-keepalive',
  'tls-expiring',
  'tls-unverified',
  'unreachable-part',
  'walk-incomplete',
  'writable-replica',
] as const;

export type DoctorCode = (typeof doctorCodes)[number];

/** Every code that a finding may have. */
export type FindingCode = CauseCode | DoctorCode;
