import type { DriverStatus } from '../../driver/driver-status.ts';

/** Returns the driver's status that corresponds to a status of ioredis. */
export function driverStatusOf(name: string): DriverStatus {
  return statuses[name] ?? 'closed';
}

const statuses: Readonly<Record<string, DriverStatus>> = {
  wait: 'idle',
  connecting: 'connecting',
  connect: 'handshake',
  ready: 'ready',
  monitoring: 'monitoring',
  reconnecting: 'parked',
  end: 'ended',
};
