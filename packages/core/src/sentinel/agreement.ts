import type { Replica } from './choose-replica.ts';

/** The answer of one sentinel. */
export interface Voice {
  /** Whose answer it is, by its address: a sentinel that has several names is one voice. */
  readonly id: string;
  /** The servers to connect to: the primary, or the replicas. */
  readonly named: readonly Replica[];
  /** Every server of the group that it knows, as `host:port`. */
  readonly members: ReadonlySet<string>;
}

/** How many sentinels have to know a server before a client is led there. */
export function voicesNeeded(configured: number): number {
  return Math.min(2, configured);
}

/**
 * The servers that are named by one sentinel and known to enough of them, or agreed on before. A second sentinel needs
 * to know the server only as a member of the group: it hears of a promotion seconds later than the one that leads the
 * failover, and whether the server is the primary by now the server itself is asked.
 */
export function agreedServers(
  voices: readonly Voice[],
  needed: number,
  trusted: ReadonlySet<string>,
): readonly Replica[] {
  const agreed = new Map<string, Replica>();
  for (const server of voices.flatMap(({ named }) => named)) {
    const address = addressOf(server);
    const knownBy = new Set(voices.filter(({ members }) => members.has(address)).map(({ id }) => id));
    if (trusted.has(address) || knownBy.size >= needed) agreed.set(address, server);
  }
  return [...agreed.values()];
}

/** The name by which servers are compared. */
export function addressOf({ ip = '', port = '' }: Replica): string {
  return `${ip}:${port}`;
}
