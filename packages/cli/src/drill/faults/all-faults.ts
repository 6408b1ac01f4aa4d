import { failoverSecond, flappingFirst } from './database-faults.ts';
import type { Fault } from './fault.ts';
import type { FaultName } from './fault-name.ts';
import { blackhole, latency, reset } from './network-faults.ts';
import { failover, freeze, fullMemory, maxClients, passwordRotation, restart } from './server-faults.ts';

/** All faults by name. */
export const allFaults: Readonly<Record<FaultName, Fault>> = {
  restart,
  freeze,
  blackhole,
  latency,
  reset,
  failover,
  'password-rotation': passwordRotation,
  'max-clients': maxClients,
  'full-memory': fullMemory,
  'failover-second': failoverSecond,
  'flapping-first': flappingFirst,
};
