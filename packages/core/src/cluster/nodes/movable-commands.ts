import type { DriverCommand } from '../../driver/driver-command.ts';

/** Whether the command is a read, which a replica of the node, or the next owner of its slots, can answer as well. */
export function isRead({ call }: DriverCommand): boolean {
  return call?.retryLane === 'read';
}

/** Whether every node of the cluster can answer the command, such as PING. */
export function isMovable(command: DriverCommand): boolean {
  if (!isRead(command) || command.call?.blockingMs !== undefined || command.call?.isBatch) return false;
  return command.joined === undefined && command.getKeys().length === 0;
}
