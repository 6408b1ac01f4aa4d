import type { Replica } from './choose-replica.ts';

/** The report of one sentinel. */
export interface SentinelReport {
  /** Address of the sentinel. A sentinel that is configured under several names has only one id, and so counts once. */
  readonly id: string;
  /** The servers that the client may connect to: the primary, or the replicas if it reads from replicas. */
  readonly named: readonly Replica[];
  /** Every server that the sentinel knows in the group (a primary and its replicas), as `host:port`. */
  readonly members: ReadonlySet<string>;
}

/**
 * Returns how many sentinels must know a server before a client connects to it: two, or one if only one is configured.
 */
export function reportsNeeded(configured: number): number {
  return Math.min(2, configured);
}

/**
 * Returns each server that a sentinel named, provided that `needed` sentinels know it or that it was agreed on earlier
 * (`trusted`). Other sentinels need only know the server as a member of the group, because they learn of a promotion
 * seconds later than the sentinel that leads the failover. The server itself is asked later whether it is the primary
 * yet.
 */
export function agreedServers(
  reports: readonly SentinelReport[],
  needed: number,
  trusted: ReadonlySet<string>,
): readonly Replica[] {
  const agreed = new Map<string, Replica>();
  for (const server of reports.flatMap(({ named }) => named)) {
    const address = addressOf(server);
    const knownBy = new Set(reports.filter(({ members }) => members.has(address)).map(({ id }) => id));
    if (trusted.has(address) || knownBy.size >= needed) agreed.set(address, server);
  }
  return [...agreed.values()];
}

/** Returns the address by which servers are compared. */
export function addressOf({ ip = '', port = '' }: Replica): string {
  return `${ip}:${port}`;
}
